using System.Runtime.CompilerServices;
using NodeManager.Core.Errors;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Nodes.Reading;

public static class NodePodReader
{
    /// <summary>Pods bound to the node.</summary>
    /// <param name="node">Null: the pods of all nodes, without unscheduled ones.</param>
    /// <param name="ns">Null: all namespaces.</param>
    /// <exception cref="NodeManagerException">NodeReplaced: another node has registered under the name.</exception>
    public static IAsyncEnumerable<NodePod> ReadAsync(
        NodeManagerSession session,
        NodeTarget? node,
        string? ns,
        string? selector,
        CancellationToken cancellationToken
    )
    {
        NodeInput.CheckSelector(selector);
        if (node is { } meant)
            NodeInput.NodeName(meant.Name);
        return ClusterOperation.StreamAsync(
            session,
            node?.Name,
            (connection, token) => ReadAsync(session, connection, node, ns, selector, token),
            cancellationToken
        );
    }

    private static async IAsyncEnumerable<NodePod> ReadAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        NodeTarget? node,
        string? ns,
        string? selector,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var options = new ListOptions
        {
            Namespace = ns,
            LabelSelector = selector,
            FieldSelector = node is { } one ? $"spec.nodeName={one.Name}" : null,
        };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<IReadOnlyDictionary<string, string>> reading = NodeUidsAsync(connection.Client, node, stop.Token);
        try
        {
            await foreach (KubernetesList<Pod> page in connection.Client.ListPagesAsync(Resources.Pods, options, cancellationToken))
            {
                IReadOnlyDictionary<string, string> uids = await reading;
                if (node is { } meant && uids.TryGetValue(meant.Name, out string? found) && !meant.Matches(found))
                    throw ErrorTranslator.NodeReplaced(meant.Name, meant.Uid, found, session.Cluster);
                DateTimeOffset now = connection.Time.GetUtcNow();
                foreach (Pod pod in page.Items)
                    if (pod.Spec.NodeName is { Length: > 0 } name)
                        yield return PodMapper.Map(pod, session, now, uids.GetValueOrDefault(name, ""));
            }
        }
        finally
        {
            await stop.CancelAsync();
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Read concurrently with the pods. A deleted node has no UID; without the permission to read nodes, none has.
    private static async Task<IReadOnlyDictionary<string, string>> NodeUidsAsync(
        KubernetesClient client,
        NodeTarget? node,
        CancellationToken cancellationToken
    )
    {
        try
        {
            ResourceType<PartialObjectMetadata> type = Resources.Nodes.MetadataOnly();
            IReadOnlyList<PartialObjectMetadata> found = node is { } meant
                ? [await client.GetAsync(type, meant.Name, null, cancellationToken)]
                : (await client.ListAsync(type, new(), cancellationToken)).Items;
            return found.ToDictionary(static one => one.Metadata.Name, static one => one.Metadata.Uid ?? "", StringComparer.Ordinal);
        }
        catch (KubernetesException)
        {
            return new Dictionary<string, string>();
        }
    }
}
