using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Core.Nodes.Reading;

/// <summary>Reads Kubernetes Events about nodes. A server keeps them for an hour by default.</summary>
public static class NodeEventReader
{
    /// <summary>The events by their last time, oldest first.</summary>
    /// <param name="query">Names, their UIDs, and a selector.</param>
    /// <param name="type"><c>Normal</c> or <c>Warning</c>, in any case; null: both.</param>
    /// <param name="failed">
    /// Receives the error of each node that cannot be read. A node that no longer exists is an error only if there are no events about it.
    /// </param>
    public static async Task<IReadOnlyList<NodeEvent>> ReadAsync(
        NodeManagerSession session,
        NodeQuery query,
        string? type,
        Action<NodeManagerException> failed,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        NodeFilter filter = new(query);
        Task<List<Event>> listed = ClusterOperation.RunAsync(
            session,
            null,
            (connection, token) => ListAsync(connection, filter, type, token),
            cancellationToken
        );
        List<NodeManagerException> errors = [];
        Task<Dictionary<string, string>> read = UidsAsync(session, query, errors.Add, observer, cancellationToken);
        await Task.WhenAll(listed, read);

        List<NodeEvent> events = [];
        DateTimeOffset now = session.Time().GetUtcNow();
        foreach (Event happened in await listed)
        {
            string name = happened.InvolvedObject.Name ?? "";
            // The kubelet writes the name of the node as its UID.
            string? uid = happened.InvolvedObject.Uid is { Length: > 0 } own && own != name ? own : null;
            string? present = (await read).GetValueOrDefault(name);
            bool isOfFormer = present is null || (uid is not null && uid != present);
            if (!isOfFormer || (query.Selector is null && query.Uids.Count == 0))
                events.Add(Map(happened, name, uid ?? present ?? "", session, now));
        }

        HashSet<string> reported = [.. events.Select(static one => one.NodeName)];
        foreach (NodeManagerException error in errors)
            if (error.ErrorId != ErrorIds.NodeNotFound || error.Target is not string name || !reported.Contains(name))
                failed(error);
        return [.. events.OrderBy(static one => one.LastSeen)];
    }

    private static async Task<List<Event>> ListAsync(
        ClusterConnection connection,
        NodeFilter filter,
        string? type,
        CancellationToken cancellationToken
    )
    {
        string? name = filter is { HasWildcards: false, PlainNames: [_], ValidNames: [var only] } ? only : null;
        ListOptions options = new()
        {
            FieldSelector = FieldSelector.And(
                FieldSelector.Equal("involvedObject.kind", "Node"),
                // The server compares by case.
                type is null
                    ? null
                    : FieldSelector.Equal("type", char.ToUpperInvariant(type[0]) + type[1..].ToLowerInvariant()),
                name is null ? null : FieldSelector.Equal("involvedObject.name", name)
            ),
        };
        List<Event> events = [];
        await foreach (KubernetesList<Event> page in connection.Client.ListPagesAsync(Resources.Events, options, cancellationToken))
            events.AddRange(page.Items.Where(one => filter.MatchesName(one.InvolvedObject.Name ?? "")));
        return events;
    }

    private static async Task<Dictionary<string, string>> UidsAsync(
        NodeManagerSession session,
        NodeQuery query,
        Action<NodeManagerException> failed,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        Dictionary<string, string> uids = new(StringComparer.Ordinal);
        await foreach (ClusterNode node in NodeReader.ReadAsync(session, query, failed, observer, cancellationToken))
            uids[node.Name] = node.Uid;
        return uids;
    }

    private static NodeEvent Map(Event happened, string node, string uid, NodeManagerSession session, DateTimeOffset observedAt) =>
        new()
        {
            Cluster = session.Cluster,
            Session = session,
            NodeName = node,
            NodeUid = uid,
            Type = happened.Type ?? "",
            Reason = happened.Reason ?? "",
            Message = happened.Message ?? "",
            Source = happened.Reporter(),
            Count = happened.Count ?? 1,
            FirstSeen = happened.FirstAt(),
            LastSeen = happened.LastAt(),
            ObservedAt = observedAt,
        };
}
