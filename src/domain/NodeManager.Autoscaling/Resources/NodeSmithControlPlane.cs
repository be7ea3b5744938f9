namespace NodeManager.Autoscaling.Resources;

/// <summary>Lists managed pools.</summary>
public sealed class NodeSmithControlPlane : NodeSmithObject<NodeSmithControlPlaneSpec, NodeSmithControlPlaneStatus>;

public sealed class NodeSmithControlPlaneSpec : PreservedPart
{
    /// <summary>Names of pools in the same namespace.</summary>
    public List<string>? Pools { get; set; }
}

public sealed class NodeSmithControlPlaneStatus : PreservedPart
{
    public List<NodeSmithCondition>? Conditions { get; set; }

    public DateTimeOffset? LastSyncTime { get; set; }

    public long? ObservedGeneration { get; set; }
}
