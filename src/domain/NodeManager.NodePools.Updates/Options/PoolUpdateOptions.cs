using NodeManager.Drains.Options;

namespace NodeManager.NodePools.Updates.Options;

/// <summary>The options of an update. Stored with it, so that a resumed update continues with the same options.</summary>
public sealed record PoolUpdateOptions
{
    public PoolUpdateStrategy Strategy { get; init; }

    /// <summary>
    /// The machines beyond the pool's: a number, or a percentage of them (rounded up). All of them for <see
    /// cref="PoolUpdateStrategy.BlueGreen"/>.
    /// </summary>
    public string MaxSurge { get; init; } = "1";

    /// <summary>The nodes that may be missing: a number, or a percentage (rounded down).</summary>
    public string MaxUnavailable { get; init; } = "0";

    /// <summary>How long a new node has to be Ready before an old one is drained.</summary>
    public TimeSpan Soak { get; init; }

    /// <summary>How long drained nodes are kept for a rollback before their machines are deleted.</summary>
    public TimeSpan KeepOld { get; init; }

    /// <summary>The drain timeout before a node is skipped; zero: none.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromMinutes(30);

    public PoolUpdateFailureAction OnUnhealthy { get; init; }

    /// <summary>How long new nodes may be unhealthy before that counts.</summary>
    public TimeSpan HealthGrace { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Replace every node, not only outdated ones.</summary>
    public bool All { get; init; }

    /// <summary>Its timeout is ignored.</summary>
    public DrainOptions Drain { get; init; } = new();
}
