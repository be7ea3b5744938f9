namespace NodeManager.Sandbox.Api.Registry;

internal sealed record DeletionRequest
{
    public static DeletionRequest Default { get; } = new();

    /// <summary>Seconds; null: the object's default.</summary>
    public long? GracePeriod { get; init; }

    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    /// <summary><c>Orphan</c>, <c>Background</c> or <c>Foreground</c>; null: the kind's default.</summary>
    public string? PropagationPolicy { get; init; }

    public bool IsDryRun { get; init; }

    /// <summary>True for the legacy <c>orphanDependents: false</c>, where a terminating object is answered with 202.</summary>
    public bool IsCascadeNamed { get; init; }
}
