using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace NodeManager.Kubernetes.Files;

/// <summary>
/// Whether a discovered file can be trusted: only the current user and root can have written it. The rules are those of OpenSSH for its
/// configuration and of git for repositories. On Windows only the owners are checked, as by git: folders outside of a profile inherit rights
/// of all users.
/// </summary>
public static class FileTrust
{
    private const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Why the file must not be used; null if it is trusted.</summary>
    public static string? FindProblem(string path)
    {
        string target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return FindProblem(target, isFolder: false) ?? FindProblem(folder, isFolder: true);
    }

    /// <summary>
    /// Whether a file or folder belongs to the current user. Always true on Windows, where temporary folders are per user.
    /// </summary>
    public static bool IsOwn(string path) =>
        OperatingSystem.IsWindows()
        || (Stat(Encoding.UTF8.GetBytes(path + '\0'), out FileStatus status) == 0 && status.Owner == CurrentUser());

    /// <summary>Another account that can read or change a file on Windows; null without one.</summary>
    [SupportedOSPlatform("windows")]
    public static string? FindOther(string path) => WindowsAccess.FindOther(path);

    /// <summary>Pure.</summary>
    internal static string? FindProblem(string path, bool isFolder, uint owner, UnixFileMode mode, uint user)
    {
        if (owner != user && owner != 0)
            return $"'{path}' belongs to another user (uid {owner})";
        // In a folder with the sticky bit, as /tmp, others cannot replace the owner's file.
        return (mode & Others) != 0 && !(isFolder && mode.HasFlag(UnixFileMode.StickyBit)) ? $"'{path}' is writable for other users" : null;
    }

    private static string? FindProblem(string path, bool isFolder) =>
        OperatingSystem.IsWindows()
            ? WindowsAccess.FindForeignOwner(path) is { } owner
                ? $"'{path}' belongs to another user ({owner})"
                : null
            : Stat(Encoding.UTF8.GetBytes(path + '\0'), out FileStatus status) != 0
                ? $"the owner of '{path}' cannot be read"
                : FindProblem(path, isFolder, status.Owner, (UnixFileMode)(status.Mode & 0xFFF), CurrentUser());

    // A function of the runtime, which is the same on every platform, unlike libc's stat.
    [DllImport("libSystem.Native", EntryPoint = "SystemNative_Stat")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Stat(byte[] path, out FileStatus status);

    [DllImport("libSystem.Native", EntryPoint = "SystemNative_GetEUid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint CurrentUser();

    // The first fields of the runtime's FileStatus, and padding for the others.
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct FileStatus
    {
        public int Flags;
        public int Mode;
        public uint Owner;
        public uint Group;
    }
}
