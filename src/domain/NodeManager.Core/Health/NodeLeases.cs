using System.Net;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Health;

/// <summary>Reads the nodes' Leases.</summary>
public static class NodeLeases
{
    /// <summary>Where kubelets keep them.</summary>
    public const string Namespace = "kube-node-lease";

    /// <param name="client">Where.</param>
    /// <param name="nodes">Those to read by name, concurrently; null: all, by one list.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Those that exist.</returns>
    public static async Task<IReadOnlyList<NodeLease>> ReadAsync(
        KubernetesClient client,
        IReadOnlyCollection<string>? nodes,
        CancellationToken cancellationToken
    )
    {
        if (nodes is null)
            return (await client.ListAsync(Resources.NodeLeases, new() { Namespace = Namespace }, cancellationToken)).Items;
        return [.. (await Task.WhenAll(nodes.Select(FindAsync))).OfType<NodeLease>()];

        async Task<NodeLease?> FindAsync(string node)
        {
            try
            {
                return await client.GetAsync(Resources.NodeLeases, node, Namespace, cancellationToken);
            }
            catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
            {
                return null;
            }
        }
    }
}
