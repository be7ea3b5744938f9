using System.Net;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Monitoring;

/// <summary>Reads the nodes' Leases: a few by name, many by one list.</summary>
internal static class LeaseReader
{
    private const string Namespace = "kube-node-lease";

    // So many requests by name cost less than a list of the whole cluster.
    private const int FewNodes = 8;

    /// <param name="connection">Where.</param>
    /// <param name="nodes">Which; null: all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<LeaseLook> ReadAsync(ClusterConnection connection, IReadOnlyCollection<string>? nodes, CancellationToken cancellationToken)
    {
        try
        {
            if (nodes is not { Count: <= FewNodes })
            {
                KubernetesList<NodeLease> all = await connection.Client.ListAsync(Resources.NodeLeases, new() { Namespace = Namespace }, cancellationToken);
                return new(all.Items, null, null, false);
            }

            NodeLease?[] found = await Task.WhenAll(nodes.Select(node => FindAsync(connection, node, cancellationToken)));
            return new([.. found.OfType<NodeLease>()], nodes, null, false);
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            return new([], [], refused.Message, true);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return new([], [], failure.GetBaseException().Message, false);
        }
    }

    private static async Task<NodeLease?> FindAsync(ClusterConnection connection, string node, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.Client.GetAsync(Resources.NodeLeases, node, Namespace, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}

/// <summary>What a look at Leases brought.</summary>
/// <param name="Leases">Those that were found.</param>
/// <param name="Asked">The nodes that were asked for; null: all.</param>
/// <param name="Problem">Why nothing was read; null where it was.</param>
/// <param name="IsForbidden">It stays so.</param>
internal sealed record LeaseLook(IReadOnlyList<NodeLease> Leases, IReadOnlyCollection<string>? Asked, string? Problem, bool IsForbidden);
