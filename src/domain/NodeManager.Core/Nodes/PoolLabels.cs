namespace NodeManager.Core.Nodes;

/// <summary>Determines the pool of a node.</summary>
public static class PoolLabels
{
    public const string Service = "nodepool";

    /// <summary>An annotation with the pool's id, which stays correct if a name is reused.</summary>
    private const string IdAnnotation = "sandbox.nodemanager/pool";

    /// <summary>An annotation with the key of the label that holds the pool's name, for pools with a key of their own.</summary>
    public const string KeyAnnotation = "kubenodesmith.parawell.cloud/pool-label-key";

    /// <summary>
    /// The labels whose value is a pool's name; the first existing one decides. Source: the providers' documentation of their pools.
    /// </summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        Service,
        "topology.kubenodesmith.io/pool",
        "karpenter.sh/nodepool",
        "cloud.google.com/gke-nodepool",
        "eks.amazonaws.com/nodegroup",
        "alpha.eksctl.io/nodegroup-name",
        "kubernetes.azure.com/agentpool",
        "agentpool",
        "hypershift.openshift.io/nodePool",
        "doks.digitalocean.com/node-pool",
        "node.cluster.x-k8s.io/pool",
        "k8s.scaleway.com/pool-name",
        "oke.oraclecloud.com/pool",
        "node.kubernetes.io/pool",
        "node-pool",
        "pool",
    ];

    /// <summary>The name of the node's pool; empty for none.</summary>
    /// <param name="annotations">Null: none.</param>
    public static string PoolOf(IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string>? annotations)
    {
        if (
            annotations?.TryGetValue(KeyAnnotation, out string? own) == true
            && labels.TryGetValue(own, out string? named)
            && named.Length > 0
        )
            return named;
        foreach (string key in Keys)
            if (labels.TryGetValue(key, out string? name) && name.Length > 0)
                return name;
        return "";
    }

    /// <summary>True if the node belongs to the pool. The id decides if the node has one.</summary>
    public static bool IsOf(ClusterNode node, string id, string name) =>
        node.Annotations.TryGetValue(IdAnnotation, out string? own)
            ? own == id
            : name.Length > 0 && PoolOf(node.Labels, node.Annotations) == name;
}
