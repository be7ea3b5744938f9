namespace NodeManager.NodePools.Updates.Options;

/// <summary>Changes of a running update.</summary>
public sealed record PoolUpdateChange
{
    /// <summary>True: pause; false: continue; null: unchanged.</summary>
    public bool? Pause { get; init; }

    /// <summary>End the update in its current state.</summary>
    public bool Stop { get; init; }

    /// <summary>Restore the former nodes.</summary>
    public bool Rollback { get; init; }

    /// <summary>The drain timeout of a node; zero: none; null: unchanged.</summary>
    public TimeSpan? DrainTimeout { get; init; }

    public string? MaxSurge { get; init; }

    public string? MaxUnavailable { get; init; }
}
