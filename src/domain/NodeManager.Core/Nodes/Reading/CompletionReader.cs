using System.Runtime.CompilerServices;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Nodes.Reading;

/// <summary>Reads completion values from the session's caches, because Tab must not wait for a list each time.</summary>
public static class CompletionReader
{
    /// <summary>All nodes, as last reported.</summary>
    /// <exception cref="NodeManagerException">The server's refusal.</exception>
    public static Task<IReadOnlyList<ClusterNode>> ReadNodesAsync(NodeManagerSession session, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync<IReadOnlyList<ClusterNode>>(
            session,
            null,
            async (connection, token) =>
            {
                using CacheUse<Node> nodes = connection.Caches().Open(Resources.Nodes, new());
                await nodes.Cache.Synced.WaitAsync(token);
                DateTimeOffset now = connection.Time.GetUtcNow();
                return [.. nodes.Cache.Items.Select(node => NodeMapper.Map(node, session, now))];
            },
            cancellationToken
        );

    /// <summary>The pods of all nodes: from an open cache, else from a list. Never opens a watch of pods, which may be many.</summary>
    /// <exception cref="NodeManagerException">The server's refusal.</exception>
    public static async IAsyncEnumerable<NodePod> ReadPodsAsync(
        NodeManagerSession session,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ClusterConnection connection = session.Connection();
        using CacheUse<Pod>? open = connection.Caches().JoinOpen(ClusterPods.Type);
        if (open is null)
        {
            await foreach (NodePod pod in NodePodReader.ReadAsync(session, null, null, null, cancellationToken))
                yield return pod;
            yield break;
        }

        DateTimeOffset now = connection.Time.GetUtcNow();
        foreach (Pod pod in open.Cache.Items.Where(static pod => pod.Spec.NodeName is { Length: > 0 }))
            yield return PodMapper.Map(pod, session, now);
    }
}
