namespace NodeManager.Kubernetes.Files;

/// <summary>
/// Writes a file beside its place and moves it there when it is whole: no reader ever sees half of it, and whatever fails leaves the old file.
/// </summary>
public static class AtomicFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes bytes; see <see cref="Write(string, Action{Stream}, AtomicFileOptions?)"/>.</summary>
    public static void Write(string path, ReadOnlyMemory<byte> content, AtomicFileOptions? options = null) =>
        Write(path, stream => stream.Write(content.Span), options);

    /// <summary>Writes a file. A link stays and the file that it leads to is replaced, unless the new file is private.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="options">Without them an existing file is replaced and keeps its permissions.</param>
    /// <exception cref="IOException">It cannot be written, or exists and is not to be replaced.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, Action<Stream> write, AtomicFileOptions? options = null)
    {
        options ??= new AtomicFileOptions();
        // Secrets are not written through a link of another user.
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
            using (var stream = new FileStream(draft, Creation(mode)))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            // What the umask took from the permissions of the file that is replaced.
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

    // The permissions hold from the first byte on.
    private static FileStreamOptions Creation(UnixFileMode? mode)
    {
        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (mode is { } first && !OperatingSystem.IsWindows())
            creation.UnixCreateMode = first | OwnerOnly;
        return creation;
    }
}
