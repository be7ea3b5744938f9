using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using NodeManager.Kubernetes.Files;

namespace NodeManager.Sandbox.Http;

/// <summary>
/// A folder for its user alone that is deleted when it is disposed, when the terminal closes (SIGHUP), or, where the process was killed, by the next
/// one. A lock that the process holds tells a folder in use from an abandoned one, also across containers that share the temporary folder.
/// </summary>
internal sealed class ServedFolder : IDisposable
{
    private const string Prefix = "nodemanager-sandbox-";
    private const string LockName = ".lock";
    private const int Attempts = 4;

    private readonly FileStream _lock;
    private readonly PosixSignalRegistration? _hangup;

    private ServedFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
        // The default action follows, which ends the process without disposing anything.
        if (!OperatingSystem.IsWindows())
            _hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangup);
    }

    public string Path { get; }

    /// <summary>Creates a folder, after deleting those that processes of this user left behind.</summary>
    /// <param name="parent">Where; the system's temporary folder.</param>
    /// <exception cref="IOException">It cannot be created.</exception>
    public static ServedFolder Create(string parent)
    {
        DeleteAbandoned(parent);
        for (int attempt = 1; ; attempt++)
        {
            string path = System.IO.Path.Combine(parent, Prefix + Guid.NewGuid().ToString("N")[..8]);
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            try
            {
                FileStream held = new(System.IO.Path.Combine(path, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
                using Process self = Process.GetCurrentProcess();
                using StreamWriter writer = new(held, leaveOpen: true);
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} {self.StartTime.ToUniversalTime():O}"));
                writer.Flush();
                return new(path, held);
            }
            catch (IOException) when (attempt < Attempts)
            {
                // Another process took the folder for an abandoned one before it was locked.
            }
        }
    }

    public void Dispose()
    {
        _hangup?.Dispose();
        Delete();
    }

    private void OnHangup(PosixSignalContext context)
    {
        if (!context.Cancel)
            Delete();
    }

    private void Delete()
    {
        _lock.Dispose();
        try
        {
            if (Directory.Exists(Path))
                Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // Another process has a file open (Windows): its token is no longer valid.
        }
    }

    private static void DeleteAbandoned(string parent)
    {
        foreach (DirectoryInfo folder in new DirectoryInfo(parent).EnumerateDirectories(Prefix + "*"))
        {
            try
            {
                if (folder.LinkTarget is null && FileTrust.IsOwn(folder.FullName) && IsAbandoned(folder))
                    folder.Delete(recursive: true);
            }
            catch (Exception inUse) when (inUse is IOException or UnauthorizedAccessException)
            {
                // Locked by its process, or deleted by another one.
            }
        }
    }

    // Without a lock file it is another program's, or its process has just created it. A file system without locks still has the process.
    private static bool IsAbandoned(DirectoryInfo folder)
    {
        FileSystemInfo[] content = folder.GetFileSystemInfos();
        if (
            !Array.Exists(content, static one => one.Name == LockName)
            || Array.Exists(content, static one => one is DirectoryInfo || one.LinkTarget is not null)
        )
            return false;
        using FileStream held = new(System.IO.Path.Combine(folder.FullName, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        using StreamReader reader = new(held);
        return reader.ReadToEnd().Split(' ') is [var id, var start]
            && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int process)
            && DateTime.TryParse(start, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime startedAt)
            && !IsRunning(process, startedAt);
    }

    // The start tells a process from another one that got its id later. It is derived from the time since boot, so it varies a little.
    private static bool IsRunning(int id, DateTime startedAt)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            return (process.StartTime.ToUniversalTime() - startedAt).Duration() < TimeSpan.FromMinutes(1);
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
}
