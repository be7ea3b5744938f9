namespace NodeManager.Kubernetes.Files;

/// <summary>How <see cref="AtomicFile"/> writes.</summary>
public sealed record AtomicFileOptions
{
    /// <summary>An existing file is replaced. Where it is not to be, its existence is an <see cref="IOException"/>.</summary>
    public bool Replace { get; init; } = true;

    /// <summary>
    /// Only its owner may read the file, whatever the permissions of the one that it replaces. A symbolic link is replaced and not followed.
    /// </summary>
    public bool IsPrivate { get; init; }

    /// <summary>Runs when the new file is whole, right before it takes its place; what it throws leaves the old file.</summary>
    public Action? BeforeReplace { get; init; }
}
