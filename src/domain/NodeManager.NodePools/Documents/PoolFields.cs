namespace NodeManager.NodePools.Documents;

/// <summary>The names of a specification's fields.</summary>
public static class PoolFields
{
    public const string Platform = "platform";

    public const string NodeCount = "nodeCount";

    public const string Autoscaling = "autoscaling";

    public const string Release = "release";

    public const string DrainTimeout = "drainTimeout";

    public const string Rollout = "rollout";

    public const string MaxSurge = "maxSurge";

    public const string MaxUnavailable = "maxUnavailable";

    /// <summary>Fields by which the specification of a NodeSmithPool is recognized.</summary>
    public static IReadOnlyList<string> OfCluster { get; } = ["providerRef", "machineTemplate", "limits"];

    /// <summary>
    /// The extensions: fields that the public specification of the service does not have. They are sent only to a service that has returned
    /// them.
    /// </summary>
    public static IReadOnlyList<string> Extensions { get; } = [Release, DrainTimeout, Rollout];

    public static IReadOnlyList<string> Known { get; } = [Platform, NodeCount, Autoscaling, .. Extensions];
}
