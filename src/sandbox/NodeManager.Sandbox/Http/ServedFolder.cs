using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using NodeManager.Kubernetes.Files;

namespace NodeManager.Sandbox.Http;

/// <summary>
/// A private folder that is deleted on dispose, when the terminal closes (SIGHUP), or, after a kill, by the next process. A file lock
/// distinguishes used from abandoned folders, even across containers that share the temporary folder.
/// </summary>
internal sealed class ServedFolder : IDisposable
{
    private const string Prefix = "nodemanager-sandbox-";
    private const string LockName = ".lock";
    private const int Attempts = 4;

    private readonly FileStream _lock;
    private readonly PosixSignalRegistration _hangup;

    private ServedFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
        // The default action follows and ends the process without disposing. On Windows, it is the signal of a closed console window.
        _hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangup);
    }

    public string Path { get; }

    /// <summary>Creates a folder after deleting abandoned ones of this user.</summary>
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
                // Another process deleted the folder before it was locked.
            }
        }
    }

    public void Dispose()
    {
        _hangup.Dispose();
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
            // Another process has a file open (Windows); the token in it is invalid anyway.
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

    // Without a lock file, it belongs to another program, or its process has just created it. Without file locks, the process id decides.
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

    // The start time detects reused ids. It is computed from the uptime, so it varies a little.
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
