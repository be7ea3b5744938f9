using System.Runtime.InteropServices;
using System.Text;

namespace NodeManager.Kubernetes.Files;

/// <summary>
/// Whether a file that was found, not named, may be followed: only the current user and root can have written it. The rules are those of OpenSSH for
/// its configuration and of git for repositories. On Windows there is no check: folders of users are not writable for others there.
/// </summary>
public static class FileTrust
{
    private const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Why the file must not be followed; null: it may be.</summary>
    /// <param name="path">An existing file.</param>
    public static string? Doubt(string path)
    {
        if (OperatingSystem.IsWindows())
            return null;
        string target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return Doubt(target, isFolder: false) ?? Doubt(folder, isFolder: true);
    }

    /// <summary>Whether a file or folder belongs to the current user. Always true on Windows, where temporary folders are the user's.</summary>
    public static bool IsOwn(string path) =>
        OperatingSystem.IsWindows()
        || (Stat(Encoding.UTF8.GetBytes(path + '\0'), out FileStatus status) == 0 && status.Owner == CurrentUser());

    /// <summary>The rule. Pure.</summary>
    /// <param name="path">For the words.</param>
    /// <param name="isFolder">True for the folder of the file.</param>
    /// <param name="owner">The user id of its owner.</param>
    /// <param name="mode">Its permissions.</param>
    /// <param name="user">The id of the current user.</param>
    internal static string? Doubt(string path, bool isFolder, uint owner, UnixFileMode mode, uint user)
    {
        if (owner != user && owner != 0)
            return $"'{path}' belongs to another user (uid {owner})";
        // In a folder with the sticky bit, as /tmp, others cannot replace the file of its owner.
        return (mode & Others) != 0 && !(isFolder && mode.HasFlag(UnixFileMode.StickyBit)) ? $"'{path}' is writable for other users" : null;
    }

    private static string? Doubt(string path, bool isFolder) =>
        Stat(Encoding.UTF8.GetBytes(path + '\0'), out FileStatus status) != 0
            ? $"the owner of '{path}' cannot be read"
            : Doubt(path, isFolder, status.Owner, (UnixFileMode)(status.Mode & 0xFFF), CurrentUser());

    // The runtime's own functions, which are the same for every system and architecture; libc's stat is not.
    [DllImport("libSystem.Native", EntryPoint = "SystemNative_Stat")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Stat(byte[] path, out FileStatus status);

    [DllImport("libSystem.Native", EntryPoint = "SystemNative_GetEUid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint CurrentUser();

    // The first fields of the runtime's FileStatus, and room for the others.
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct FileStatus
    {
        public int Flags;
        public int Mode;
        public uint Owner;
        public uint Group;
    }
}
