namespace NodeManager.Kubernetes.Files;

public sealed record AtomicFileOptions
{
    /// <summary>False: an existing file is an <see cref="IOException"/>.</summary>
    public bool Replace { get; init; } = true;

    /// <summary>
    /// Only the owner may read the file, whatever the permissions of the replaced one. A symbolic link is replaced, not followed.
    /// </summary>
    public bool IsPrivate { get; init; }

    /// <summary>Runs before the rename; an exception keeps the old file.</summary>
    public Action? BeforeReplace { get; init; }
}
