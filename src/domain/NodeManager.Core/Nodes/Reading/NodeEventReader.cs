using NodeManager.Core.Operations;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Nodes.Reading;

public static class NodeEventReader
{
    /// <summary>The latest events of the node, newest first. A server keeps events for an hour by default.</summary>
    /// <param name="maximum">The maximum number.</param>
    public static Task<IReadOnlyList<NodeEventEntry>> ReadAsync(
        NodeManagerSession session,
        string nodeName,
        int maximum,
        CancellationToken cancellationToken
    )
    {
        string name = NodeInput.NodeName(nodeName);
        return ClusterOperation.RunAsync<IReadOnlyList<NodeEventEntry>>(
            session,
            nodeName,
            async (connection, token) =>
            {
                var entries = new List<NodeEventEntry>();
                var options = new ListOptions { FieldSelector = $"involvedObject.kind=Node,involvedObject.name={name}" };
                await foreach (KubernetesList<Event> page in connection.Client.ListPagesAsync(Resources.Events, options, token))
                    entries.AddRange(page.Items.Select(Map));
                return [.. entries.OrderByDescending(static e => e.LastSeen).Take(maximum)];
            },
            cancellationToken
        );
    }

    private static NodeEventEntry Map(Event happened) =>
        new(
            happened.LastTimestamp ?? happened.EventTime ?? happened.FirstTimestamp ?? happened.Metadata.CreationTimestamp,
            happened.Type ?? "",
            happened.Reason ?? "",
            happened.Message ?? "",
            happened.Source?.Component is { Length: > 0 } component ? component : happened.ReportingComponent ?? "",
            happened.Count ?? 1
        );
}

/// <param name="LastSeen">When it last happened.</param>
/// <param name="Type"><c>Normal</c> or <c>Warning</c>.</param>
/// <param name="Source">The component that reported it.</param>
public sealed record NodeEventEntry(DateTimeOffset? LastSeen, string Type, string Reason, string Message, string Source, int Count);
