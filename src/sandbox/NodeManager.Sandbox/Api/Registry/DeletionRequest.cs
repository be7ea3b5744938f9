namespace NodeManager.Sandbox.Api.Registry;

/// <summary>How to delete something.</summary>
internal sealed record DeletionRequest
{
    public static DeletionRequest Default { get; } = new();

    /// <summary>Seconds; null leaves it to the object.</summary>
    public long? GracePeriod { get; init; }

    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    /// <summary><c>Orphan</c>, <c>Background</c> or <c>Foreground</c>; null leaves it to the kind.</summary>
    public string? PropagationPolicy { get; init; }

    public bool IsDryRun { get; init; }

    /// <summary>True where dependents are let go in the old way (<c>orphanDependents: false</c>): then an object that stays a while is answered with 202.</summary>
    public bool IsCascadeNamed { get; init; }
}
