using NodeManager.Kubernetes.Files;

namespace NodeManager.Sandbox.Http;

/// <summary>Files that only their user may read and write.</summary>
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

    /// <summary>Writes or replaces a file. A missing folder is created, for its user alone.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, ReadOnlyMemory<byte> content)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
            CreateFolder(parent);
        Write(path, replace: true, into => into.Write(content.Span));
    }

    /// <summary>Writes a file that appears whole or not at all.</summary>
    /// <param name="path">The target.</param>
    /// <param name="replace">Whether an existing file is replaced.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">It cannot be written, or is there and not to be replaced.</exception>
    public static void Write(string path, bool replace, Action<Stream> write) =>
        AtomicFile.Write(path, write, new() { Replace = replace, IsPrivate = true });

    /// <summary>Refuses a file with secrets that others may read or have written.</summary>
    /// <exception cref="IOException">The mode gives group or others access.</exception>
    public static void RequireOwn(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        UnixFileMode mode = File.GetUnixFileMode(path);
        if ((mode & OthersAccess) == 0)
            return;
        throw new IOException(
            $"'{path}' is accessible to other users (mode {Convert.ToString((int)mode, 8)}). Delete it to have a new one created, or restrict it with 'chmod 600'."
        );
    }

    // One that exists keeps its mode.
    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        // The mode is given to the last folder alone.
        if (Directory.Exists(path))
            return;
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
            CreateFolder(parent);
        Directory.CreateDirectory(path, OwnFolder);
    }
}
