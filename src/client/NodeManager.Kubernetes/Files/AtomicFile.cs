namespace NodeManager.Kubernetes.Files;

/// <summary>Writes a temporary file and renames it: readers never see a partial file, and a failure keeps the old one.</summary>
public static class AtomicFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void Write(string path, ReadOnlyMemory<byte> content, AtomicFileOptions? options = null) =>
        Write(path, stream => stream.Write(content.Span), options);

    /// <summary>Writes a file. The target of a symbolic link is replaced, unless the new file is private.</summary>
    /// <param name="options">By default an existing file is replaced and keeps its permissions.</param>
    /// <exception cref="IOException">It cannot be written, or exists and must not be replaced.</exception>
    public static void Write(string path, Action<Stream> write, AtomicFileOptions? options = null)
    {
        options ??= new AtomicFileOptions();
        // Secrets are not written through a link, which may be another user's.
        string target =
            options.IsPrivate || new FileInfo(path).LinkTarget is null
                ? path
                : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        string draft = $"{target}.{Path.GetRandomFileName()}.tmp";
        UnixFileMode? mode =
            OperatingSystem.IsWindows() ? null
            : options.IsPrivate ? OwnerOnly
            : File.Exists(target) ? File.GetUnixFileMode(target)
            : null;
        try
        {
            using (FileStream stream = Create(draft, target, mode, options.IsPrivate))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            // Restores the bits that the umask removed from the replaced file's permissions.
            if (mode is { } exact && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(draft, exact);
            options.BeforeReplace?.Invoke();
            File.Move(draft, target, options.Replace);
        }
        finally
        {
            if (File.Exists(draft))
                File.Delete(draft);
        }
    }

    // The permissions apply from the first byte on.
    private static FileStream Create(string path, string target, UnixFileMode? mode, bool isPrivate)
    {
        if (OperatingSystem.IsWindows() && (isPrivate || File.Exists(target)))
            return isPrivate ? WindowsAccess.CreatePrivate(path) : WindowsAccess.CreateLike(path, target);
        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (mode is { } first && !OperatingSystem.IsWindows())
            creation.UnixCreateMode = first | OwnerOnly;
        return new(path, creation);
    }
}
