using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Health;

public static class NodeLeases
{
    /// <summary>The namespace of the kubelets' Leases.</summary>
    public const string Namespace = "kube-node-lease";

    /// <param name="nodes">The nodes to read by name, concurrently; null: all, by one list.</param>
    public static async Task<IReadOnlyList<NodeLease>> ReadAsync(
        KubernetesClient client,
        IReadOnlyCollection<string>? nodes,
        CancellationToken cancellationToken
    )
    {
        if (nodes is null)
            return (await client.ListAsync(Resources.NodeLeases, new() { Namespace = Namespace }, cancellationToken)).Items;
        NodeLease?[] leases = await Task.WhenAll(
            nodes.Select(node => client.FindAsync(Resources.NodeLeases, node, Namespace, cancellationToken))
        );
        return [.. leases.OfType<NodeLease>()];
    }
}
