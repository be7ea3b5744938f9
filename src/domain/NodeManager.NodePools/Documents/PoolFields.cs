namespace NodeManager.NodePools.Documents;

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

    /// <summary>Fields that identify the specification of a NodeSmithPool.</summary>
    public static IReadOnlyList<string> OfCluster { get; } = ["providerRef", "machineTemplate", "limits"];

    /// <summary>
    /// Extensions: fields beyond the public specification of the service. They are sent only to a service that has returned them.
    /// </summary>
    public static IReadOnlyList<string> Extensions { get; } = [Release, DrainTimeout, Rollout];

    public static IReadOnlyList<string> Known { get; } = [Platform, NodeCount, Autoscaling, .. Extensions];
}
