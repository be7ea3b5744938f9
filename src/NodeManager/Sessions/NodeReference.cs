namespace NodeManager.Sessions;

/// <summary>A node by name in a session.</summary>
internal readonly record struct NodeReference(NodeManagerSession Session, string Name)
{
    /// <summary>The node as the pipeline brought it, which spares reading it. Says nothing about which node it is.</summary>
    public ClusterNode? Known { get; init; }

    public bool Equals(NodeReference other) => ReferenceEquals(Session, other.Session) && Name == other.Name;

    public override int GetHashCode() => HashCode.Combine(Session, Name);

    /// <summary>For questions and errors: <c>node 'worker-1' in cluster 'production'</c>.</summary>
    public override string ToString() => $"node '{Name}' in cluster '{Session.Cluster}'";

    /// <summary>The node that an object is, or stands for; null for an object that stands for none.</summary>
    public static string? NameFrom(ClusterObject value) => value switch
    {
        ClusterNode node => node.Name,
        NodePod pod => pod.NodeName,
        NodeDrainPlan plan => plan.Node,
        NodeDrainResult result => result.Node,
        NodeDrainPod pod => pod.Node,
        NodeChange change => change.Name,
        NodeMaintenancePlan plan => plan.Node,
        NodeMaintenanceResult result => result.Node,
        _ => null,
    };

    /// <summary>What to say of an object that stands for no node.</summary>
    public static NodeManagerException StandsForNone(ClusterObject value) => new(
        ErrorIds.NodeNotFound, ErrorKind.InvalidArgument, $"'{value}' ({value.GetType().Name}) stands for no node.", value,
        "Pipe nodes, pods bound to a node, drain plans or drain results.");
}
