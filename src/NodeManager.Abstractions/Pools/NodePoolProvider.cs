namespace NodeManager;

/// <summary>The storage of a node pool. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodePoolProvider
{
    /// <summary>A pool service outside of the cluster.</summary>
    public const string Service = "Service";

    /// <summary>Custom resources of the connected cluster: NodeSmithPools, which the node autoscaler works on.</summary>
    public const string Cluster = "Cluster";

    public static ItemList<string> All { get; } = new([Service, Cluster]);
}
