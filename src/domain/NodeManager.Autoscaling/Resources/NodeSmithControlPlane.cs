namespace NodeManager.Autoscaling.Resources;

/// <summary>Lists managed pools.</summary>
public sealed class NodeSmithControlPlane : NodeSmithObject<NodeSmithControlPlaneSpec, NodeSmithControlPlaneStatus>;

public sealed class NodeSmithControlPlaneSpec : PreservedPart
{
    /// <summary>Names of pools in the same namespace.</summary>
    public List<string>? Pools { get; set; }

    /// <summary><c>priority</c>, <c>least-waste</c>, <c>price</c>, in order; null: <c>priority</c>.</summary>
    public List<string>? Expanders { get; set; }

    /// <summary>True to spread machines over pools that are otherwise equal and have similar machines; null: false.</summary>
    public bool? BalanceSimilarPools { get; set; }

    /// <summary>Pods with a lower priority cause no machine, and do not keep a node; null: -10, as in cluster-autoscaler.</summary>
    public int? ExpendablePodsPriorityCutoff { get; set; }
}

public sealed class NodeSmithControlPlaneStatus : PreservedPart
{
    public List<NodeSmithCondition>? Conditions { get; set; }

    public DateTimeOffset? LastSyncTime { get; set; }

    public long? ObservedGeneration { get; set; }
}
