namespace NodeManager.NodePools.Updates.Options;

/// <summary>What to change about an update while it runs.</summary>
public sealed record PoolUpdateChange
{
    /// <summary>True: pause; false: continue; null: as it is.</summary>
    public bool? Pause { get; init; }

    /// <summary>End it where it is.</summary>
    public bool Stop { get; init; }

    /// <summary>Bring the former nodes back.</summary>
    public bool Rollback { get; init; }

    /// <summary>For the drain of a node; zero: as long as it needs; null: as it is.</summary>
    public TimeSpan? DrainTimeout { get; init; }

    public string? MaxSurge { get; init; }

    public string? MaxUnavailable { get; init; }
}
