using NodeManager.Kubernetes.Files;

namespace NodeManager.Sandbox.Http;

internal static class PrivateFile
{
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OthersAccess =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    /// <summary>Writes or replaces a file. A missing folder is created with mode 0700.</summary>
    public static void Write(string path, ReadOnlyMemory<byte> content)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
            CreateFolder(parent);
        Write(path, replace: true, into => into.Write(content.Span));
    }

    /// <summary>Writes a file atomically.</summary>
    public static void Write(string path, bool replace, Action<Stream> write) =>
        AtomicFile.Write(path, write, new() { Replace = replace, IsPrivate = true });

    /// <summary>Refuses a file with secrets that others may access.</summary>
    /// <exception cref="IOException">The mode or, on Windows, the access control list gives others access.</exception>
    public static void RequireOwn(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            if (FileTrust.FindOther(path) is { } account)
                throw new IOException(
                    $"'{path}' is accessible to other users ({account}). Delete it to have a new one created, or remove their rights with 'icacls'."
                );
            return;
        }

        UnixFileMode mode = File.GetUnixFileMode(path);
        if ((mode & OthersAccess) == 0)
            return;
        throw new IOException(
            $"'{path}' is accessible to other users (mode {Convert.ToString((int)mode, 8)}). Delete it to have a new one created, or restrict it with 'chmod 600'."
        );
    }

    // An existing one keeps its mode.
    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        // Only the last folder gets the mode.
        if (Directory.Exists(path))
            return;
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
            CreateFolder(parent);
        Directory.CreateDirectory(path, OwnFolder);
    }
}
