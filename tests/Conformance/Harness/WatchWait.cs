using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Conformance.Harness;

/// <summary>Awaits a state of objects with one watch: tests that read it again and again would keep the server from reaching it.</summary>
internal static class WatchWait
{
    /// <summary>Awaits nodes of the test.</summary>
    /// <param name="cluster">The test's.</param>
    /// <param name="names">Of nodes with the cluster's <see cref="TestCluster.Mark"/>.</param>
    /// <returns>When each of them has been Ready and without taints of the node lifecycle controller, where there is one.</returns>
    /// <exception cref="TimeoutException">Not within <see cref="Eventually.Limit"/>.</exception>
    public static Task WaitForReadyNodesAsync(this TestCluster cluster, IReadOnlyCollection<string> names)
    {
        HashSet<string> missing = [.. names];
        return UntilAsync(
            cluster,
            Resources.Nodes,
            new() { LabelSelector = cluster.Selector },
            $"{string.Join(", ", names)} Ready",
            nodes =>
            {
                missing.ExceptWith(nodes.Where(IsReady).Select(static node => node.Metadata.Name));
                return missing.Count == 0;
            }
        );

        bool IsReady(Node node) =>
            node.Status.Conditions?.Find(c => c.Type == "Ready")?.Status == "True"
            && !(
                cluster.HasControllers
                && node.Spec.Taints?.Exists(t => t.Key.StartsWith("node.kubernetes.io/", StringComparison.Ordinal)) == true
            );
    }

    public static Task<IReadOnlyList<Pod>> WaitForReadyPodsAsync(this TestCluster cluster, string selector, int count) =>
        cluster.WaitForPodsAsync(
            $"{count} ready pods of {selector}",
            selector,
            pods => pods.Count(p => p.Metadata.DeletionTimestamp is null && TestCluster.IsReady(p)) == count
        );

    /// <summary>Awaits a state of pods in the test's namespace.</summary>
    /// <param name="cluster">The test's.</param>
    /// <param name="what">The state, for the message.</param>
    /// <param name="selector">A label selector; null: all pods.</param>
    /// <param name="isWanted">Whether the pods together have it.</param>
    /// <returns>The pods in that state, by name.</returns>
    /// <exception cref="TimeoutException">Not within <see cref="Eventually.Limit"/>.</exception>
    public static Task<IReadOnlyList<Pod>> WaitForPodsAsync(
        this TestCluster cluster,
        string what,
        string? selector,
        Func<IReadOnlyCollection<Pod>, bool> isWanted
    ) => UntilAsync(cluster, Resources.Pods, new() { LabelSelector = selector }, what, isWanted);

    /// <summary>Awaits a state of an object that exists.</summary>
    public static async Task<T> WaitForAsync<T>(this TestCluster cluster, ResourceType<T> type, string name, Func<T, bool> isWanted)
        where T : KubernetesObject =>
        Assert.Single(
            await UntilAsync(
                cluster,
                type,
                Named(name),
                $"{type} {name}",
                found => found.Count == 0 ? throw new InvalidOperationException($"No {type} {name}.") : isWanted(found.Single())
            )
        );

    public static Task WaitForGoneAsync<T>(this TestCluster cluster, ResourceType<T> type, string name)
        where T : KubernetesObject => UntilAsync(cluster, type, Named(name), $"{type} {name} gone", static found => found.Count == 0);

    private static ListOptions Named(string name) => new() { FieldSelector = FieldSelector.Equal("metadata.name", name) };

    private static async Task<IReadOnlyList<T>> UntilAsync<T>(
        TestCluster cluster,
        ResourceType<T> type,
        ListOptions which,
        string what,
        Func<IReadOnlyCollection<T>, bool> isWanted
    )
        where T : KubernetesObject
    {
        ListOptions options = which with { Namespace = type.IsNamespaced ? cluster.Namespace : null };
        var present = new SortedDictionary<string, T>(StringComparer.Ordinal);
        bool isComplete = false;
        using var limit = new CancellationTokenSource(Eventually.Limit);
        try
        {
            await foreach (WatchEvent<T> change in cluster.Client.WatchAsync(type, options, limit.Token))
            {
                if (change.Type == WatchEventType.Synced)
                    isComplete = true;
                else if (change.Type == WatchEventType.Deleted)
                    present.Remove(change.Object.Metadata.Name);
                else
                    present[change.Object.Metadata.Name] = change.Object;
                if (isComplete && isWanted(present.Values))
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{what}: not within {Eventually.Limit.TotalSeconds:0} s.");
        }

        return [.. present.Values];
    }
}
