using NodeManager.Drains.Options;

namespace NodeManager.NodePools.Updates.Options;

/// <summary>How to roll a pool. Kept with the update, so that it continues in the same way wherever it is resumed.</summary>
public sealed record PoolUpdateOptions
{
    public PoolUpdateStrategy Strategy { get; init; }

    /// <summary>How many machines there may be beyond those that the pool has: a number, or per cent of them (rounded up). All of them for <see cref="PoolUpdateStrategy.BlueGreen"/>.</summary>
    public string MaxSurge { get; init; } = "1";

    /// <summary>How many nodes may be missing: a number, or per cent (rounded down).</summary>
    public string MaxUnavailable { get; init; } = "0";

    /// <summary>How long a new node has to be Ready before an old one leaves for it.</summary>
    public TimeSpan Soak { get; init; }

    /// <summary>How long drained nodes are kept before their machines are destroyed, so that a rollback finds them.</summary>
    public TimeSpan KeepOld { get; init; }

    /// <summary>How long the drain of a node may take until it is skipped; zero: as long as it needs.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromMinutes(30);

    public PoolUpdateFailureAction OnUnhealthy { get; init; }

    /// <summary>How long new nodes may be unhealthy before that counts.</summary>
    public TimeSpan HealthGrace { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Replace every node, not only those that are outdated.</summary>
    public bool All { get; init; }

    /// <summary>Its timeout does not count.</summary>
    public DrainOptions Drain { get; init; } = new();
}
