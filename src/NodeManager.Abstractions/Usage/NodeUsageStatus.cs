namespace NodeManager;

/// <summary>How good the metrics of a node are.</summary>
public static class NodeUsageStatus
{
    /// <summary>Everything that was asked for is there.</summary>
    public const string Complete = nameof(Complete);

    /// <summary>A resource or some of the samples are missing or stale.</summary>
    public const string Partial = nameof(Partial);

    /// <summary>The measurement is older than two minutes.</summary>
    public const string Stale = nameof(Stale);

    /// <summary>metrics.k8s.io has nothing about the node.</summary>
    public const string Missing = nameof(Missing);
}
