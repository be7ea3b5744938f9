using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Nodes.Logs;

/// <summary>Reads logs of nodes' services and files, as kubelets answer them, within bounds.</summary>
public static class NodeLogReader
{
    private const int ConcurrentNodes = 16;

    /// <summary>Reads the logs of nodes concurrently.</summary>
    /// <param name="report">Receives consecutive lines of one source of one node.</param>
    /// <param name="failed">Receives the error of each node that is missing, and of each source that cannot be read.</param>
    /// <returns>Ends by itself unless the query waits.</returns>
    public static async Task ReadAsync(
        NodeManagerSession session,
        NodeQuery nodes,
        NodeLogQuery query,
        Action<IReadOnlyList<NodeLogLine>> report,
        Action<NodeManagerException> failed,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        List<ClusterNode> found = [];
        await foreach (ClusterNode node in NodeReader.ReadAsync(session, nodes, failed, observer, cancellationToken))
            found.Add(node);
        int concurrent = query.Wait ? Math.Max(1, found.Count) : ConcurrentNodes;
        await Parallel.ForEachAsync(
            found.OrderBy(static one => one.Name, StringComparer.Ordinal),
            new ParallelOptions { MaxDegreeOfParallelism = concurrent, CancellationToken = cancellationToken },
            async (node, token) => await ReadAsync(session, node, query, report, failed, observer, token)
        );
    }

    private static async Task ReadAsync(
        NodeManagerSession session,
        ClusterNode node,
        NodeLogQuery query,
        Action<IReadOnlyList<NodeLogLine>> report,
        Action<NodeManagerException> failed,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await ClusterOperation.RunAsync(
                session,
                node.Name,
                async (connection, token) =>
                {
                    Node current = await connection.Client.GetAsync(Resources.Nodes, node.Name, null, token);
                    using KubeletPath kubelet = new(session, connection, current, query.ViaProxy);
                    await Task.WhenAll(
                        query.Sources.Select(source =>
                            new NodeLogFollower(session, kubelet, source, query, report, observer).RunAsync(failed, token)
                        )
                    );
                    return true;
                },
                cancellationToken
            );
        }
        catch (NodeManagerException error)
        {
            failed(error);
        }
    }
}
