using System.Net;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.Maintenance.Requests;

/// <summary>Reads and deletes the requests of a namespace.</summary>
internal static class DetachedDirectory
{
    /// <summary>None if the kind is not served, null if requests cannot be read.</summary>
    public static async Task<IReadOnlyList<NodeMaintenanceRequest>?> ListAsync(
        ClusterConnection connection,
        string ns,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (await connection.Client.ListAsync(DetachedResources.Requests, new() { Namespace = ns }, cancellationToken)).Items;
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
        {
            return [];
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            return null;
        }
    }

    /// <summary>Null if it does not exist or cannot be read.</summary>
    public static async Task<NodeMaintenanceRequest?> FindAsync(
        ClusterConnection connection,
        string id,
        string ns,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await connection.Client.GetAsync(DetachedResources.Requests, id, ns, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
        {
            return null;
        }
    }

    public static Task DeleteAsync(ClusterConnection connection, string id, string ns, CancellationToken cancellationToken) =>
        connection.Client.RemoveAsync(DetachedResources.Requests, id, ns, new(), cancellationToken);

    /// <summary>The public form of a request without a run of its own.</summary>
    public static NodeMaintenanceRun Map(NodeManagerSession session, NodeMaintenanceRequest request, DateTimeOffset now)
    {
        DetachedSpec spec = request.Spec;
        DetachedStatus status = request.Status ?? new();
        DateTimeOffset asked = request.Metadata.CreationTimestamp ?? now;
        IEnumerable<DetachedNode> nodes =
            status.Nodes.Count > 0
                ? status.Nodes
                : spec.Nodes.Select(static one => new DetachedNode { Name = one.Name, Uid = one.Uid ?? "" });
        return new()
        {
            Session = session,
            Cluster = session.Cluster,
            Id = request.Metadata.Name,
            Namespace = request.Metadata.Namespace ?? "",
            Type = spec.Type,
            IsDetached = true,
            Status = status.Phase,
            Reason = spec.Reason ?? "",
            StartedBy = spec.RequestedBy ?? "",
            Holder = status.Holder,
            StartedAt = asked,
            EndedAt = status.EndedAt,
            ObservedAt = now,
            Nodes = new([
                .. nodes.Select(node => new NodeMaintenanceResult
                {
                    Session = session,
                    Cluster = session.Cluster,
                    RunId = request.Metadata.Name,
                    Node = node.Name,
                    NodeUid = node.Uid,
                    Status = node.Status,
                    Message = node.Message,
                    Blockers = new([.. node.Blockers]),
                }),
            ]),
            MaxUnavailable = spec.Maintenance?.MaxUnavailable ?? "",
            TopologyKey = spec.Maintenance?.TopologyKey ?? "",
            Window = new([.. spec.Windows ?? []]),
            OnError = spec.Maintenance?.OnError ?? "",
            Message =
                status.Message.Length > 0 || status.EndedAt is not null
                    ? status.Message
                    : "Waiting for the NodeManager server of the cluster.",
        };
    }
}
