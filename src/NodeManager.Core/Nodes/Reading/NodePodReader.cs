using System.Runtime.CompilerServices;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Nodes.Reading;

/// <summary>Reads the pods of nodes.</summary>
public static class NodePodReader
{
    /// <summary>Pods bound to the node of this name.</summary>
    /// <param name="session">Where.</param>
    /// <param name="nodeName">Null: all nodes' pods (pending ones without a node are left out).</param>
    /// <param name="ns">Null: all namespaces.</param>
    /// <param name="selector">A label selector, or null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static IAsyncEnumerable<NodePod> ReadAsync(
        NodeManagerSession session, string? nodeName, string? ns, string? selector, CancellationToken cancellationToken)
    {
        NodeInput.CheckSelector(selector);
        string? node = nodeName is null ? null : NodeInput.NodeName(nodeName);
        return ClusterOperation.StreamAsync(
            session, nodeName, (connection, token) => ReadAsync(session, connection, node, ns, selector, token), cancellationToken);
    }

    private static async IAsyncEnumerable<NodePod> ReadAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        string? nodeName,
        string? ns,
        string? selector,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = new ListOptions
        {
            Namespace = ns,
            LabelSelector = selector,
            FieldSelector = nodeName is null ? null : $"spec.nodeName={nodeName}",
        };
        await foreach (KubernetesList<Pod> page in connection.Client.ListPagesAsync(Resources.Pods, options, cancellationToken))
        {
            DateTimeOffset now = connection.Time.GetUtcNow();
            foreach (Pod pod in page.Items)
                if (pod.Spec.NodeName is { Length: > 0 }) yield return PodMapper.Map(pod, session, now);
        }
    }
}
