using System.Runtime.CompilerServices;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Core.Nodes.Reading;

public static class NodeWatcher
{
    /// <summary>Yields changes of nodes until cancelled.</summary>
    /// <param name="query">
    /// Usage is ignored. Yields a change if the node matches before or after it. A node whose labels no longer match the selector is
    /// reported as Deleted, as by the server.
    /// </param>
    /// <param name="includeExisting">Reports the existing nodes as Added.</param>
    public static IAsyncEnumerable<NodeChange> WatchAsync(
        NodeManagerSession session,
        NodeQuery query,
        bool includeExisting,
        CancellationToken cancellationToken
    )
    {
        NodeInput.CheckSelector(query.Selector);
        foreach (string name in new NodeFilter(query).PlainNames)
            _ = NodeInput.NodeName(name);
        return ClusterOperation.StreamAsync(
            session,
            null,
            (connection, token) => WatchAsync(session, connection, query, includeExisting, token),
            cancellationToken
        );
    }

    private static async IAsyncEnumerable<NodeChange> WatchAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        NodeQuery query,
        bool includeExisting,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = new NodeFilter(query);
        var options = new ListOptions
        {
            LabelSelector = query.Selector,
            FieldSelector = !filter.HasWildcards && filter.PlainNames is [var only] ? $"metadata.name={only}" : null,
        };
        var known = new Dictionary<string, ClusterNode>(StringComparer.Ordinal);
        bool synced = false;
        await foreach (WatchEvent<Node> seen in connection.Client.WatchAsync(Resources.Nodes, options, cancellationToken))
        {
            if (seen.Type == WatchEventType.Synced)
            {
                synced = true;
                continue;
            }

            DateTimeOffset now = connection.Time.GetUtcNow();
            ClusterNode node = NodeMapper.Map(seen.Object, session, now);
            ClusterNode? before = known.GetValueOrDefault(node.Name);
            if (seen.Type == WatchEventType.Deleted)
                known.Remove(node.Name);
            else
                known[node.Name] = node;
            bool isReported = synced || includeExisting;
            if (!isReported)
                continue;

            foreach (NodeChange change in Changes(seen.Type, before, node, now))
                if (filter.Matches(change.Node) || (before is not null && filter.Matches(before)))
                    yield return change;
        }
    }

    private static IEnumerable<NodeChange> Changes(WatchEventType type, ClusterNode? before, ClusterNode node, DateTimeOffset now)
    {
        if (type == WatchEventType.Deleted)
        {
            yield return Change("Deleted", node, now, []);
        }
        else if (before is null)
        {
            yield return Change("Added", node, now, []);
        }
        else if (before.Uid != node.Uid)
        {
            // Deleted and registered again while the watch was interrupted.
            yield return Change("Deleted", before, now, []);
            yield return Change("Added", node, now, []);
        }
        else if (NodeDifference.Between(before, node) is { Count: > 0 } changes)
        {
            yield return Change("Modified", node, now, changes);
        }
    }

    private static NodeChange Change(string type, ClusterNode node, DateTimeOffset now, IReadOnlyList<NodeFieldChange> changes) =>
        new()
        {
            Cluster = node.Cluster,
            Session = node.Session,
            Type = type,
            Name = node.Name,
            Time = now,
            Changes = changes.Count == 0 ? ItemList<NodeFieldChange>.Empty : new([.. changes]),
            Node = node,
        };
}
