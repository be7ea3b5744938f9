using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Conformance.Harness;

/// <summary>Waits for the nodes of a test with one watch.</summary>
internal static class NodeWait
{
    /// <param name="cluster">The test's.</param>
    /// <param name="names">Of nodes with the cluster's <see cref="TestCluster.Mark"/>.</param>
    /// <returns>When each of them has been Ready and without taints of the node lifecycle controller, where there is one.</returns>
    /// <exception cref="TimeoutException">Not within <see cref="Eventually.Limit"/>.</exception>
    public static async Task ForReadyAsync(TestCluster cluster, IEnumerable<string> names)
    {
        HashSet<string> missing = [.. names];
        using var limit = new CancellationTokenSource(Eventually.Limit);
        try
        {
            await foreach (
                WatchEvent<Node> change in cluster.Client.WatchAsync(
                    Resources.Nodes,
                    new() { LabelSelector = cluster.Selector },
                    limit.Token
                )
            )
            {
                if (change.Type is WatchEventType.Added or WatchEventType.Modified && IsReady(change.Object))
                    missing.Remove(change.Object.Metadata.Name);
                if (missing.Count == 0)
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{string.Join(", ", missing)} not Ready within {Eventually.Limit.TotalSeconds:0} s.");
        }

        bool IsReady(Node node) =>
            node.Status.Conditions?.Find(c => c.Type == "Ready")?.Status == "True"
            && !(
                cluster.HasControllers
                && node.Spec.Taints?.Exists(t => t.Key.StartsWith("node.kubernetes.io/", StringComparison.Ordinal)) == true
            );
    }
}
