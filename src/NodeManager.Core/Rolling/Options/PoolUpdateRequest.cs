namespace NodeManager.Core.Rolling.Options;

/// <summary>What to do with the update of a pool.</summary>
public enum PoolUpdateIntent
{
    /// <summary>Begin one, or continue the one that is not over.</summary>
    Update,

    /// <summary>Continue the one that is there, with nodes that were skipped.</summary>
    Resume,

    /// <summary>Continue the one that is there only to end it as its control says: stopped, or rolled back.</summary>
    End,
}

/// <summary>Which pool to roll, and how.</summary>
public sealed record PoolUpdateRequest
{
    /// <summary>The name of the NodeSmithPool.</summary>
    public required string Pool { get; init; }

    /// <summary>Of the pool; the update's ConfigMap and Lease are there, too.</summary>
    public required string Namespace { get; init; }

    public PoolUpdateIntent Intent { get; init; }

    public PoolUpdateOptions Options { get; init; } = new();

    /// <summary>How long whoever works on the update may be silent before another process may continue.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>How the work on an update ended.</summary>
/// <param name="Update">As it is now.</param>
/// <param name="Failure">What it is as an error; null where it did what was asked for.</param>
public sealed record PoolUpdateOutcome(NodePoolUpdate Update, NodeManagerException? Failure);
