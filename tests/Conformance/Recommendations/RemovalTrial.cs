using NodeManager.Conformance.Drain;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Progress;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Recommendations;

namespace NodeManager.Conformance.Recommendations;

/// <summary>Drains and removes, one after another, the nodes whose removal is recommended in a cluster made by chance.</summary>
internal static class RemovalTrial
{
    private static readonly RecommendationRequest Request = new()
    {
        Options = new Dictionary<string, object?>
        {
            ["scaleUpThreshold"] = 95m,
            ["scaleDownThreshold"] = 50m,
            ["maxNodes"] = 1000,
        },
        DeleteEmptyDirData = true,
        DeleteUnmanagedPods = true,
    };

    /// <returns>How many nodes were removed, and what went wrong.</returns>
    public static async Task<(int Removed, int Moved, IReadOnlyList<string> Faults)> RunAsync(TestCluster cluster, int seed)
    {
        PlanScenario scenario = new(seed);
        await AddRoomAsync(cluster, seed);
        await scenario.BuildAsync(cluster);
        HashSet<string> bare = [];
        IReadOnlyList<Pod> before = await scenario.SettleAsync(cluster, _ => true);
        bare.UnionWith(before.Where(static p => p.Metadata.OwnerReferences is null or []).Select(static p => p.Metadata.Labels!["app"]));
        HashSet<string> waiting = [.. before.Where(static p => p.Spec.NodeName is null).Select(static p => p.Metadata.Uid!)];
        NodeManagerSession session = await cluster.ConnectAsync();
        NodeScaleRecommendation recommendation = await ScaleRecommender.RecommendAsync(session, Request, NullObserver.Instance, default);
        List<string> faults = [];
        DrainOptions options = new()
        {
            DeleteEmptyDirData = true,
            DeleteUnmanagedPods = true,
            Timeout = TimeSpan.FromMinutes(5),
        };
        foreach (NodeScaleCandidate candidate in recommendation.Remove)
        {
            NodeDrainResult drained = Assert.Single(await DrainRun.DrainAsync(session, [candidate.Node], options));
            if (drained.Status != NodeDrainStatus.Drained)
                faults.Add($"seed {seed}: {candidate.Node}: {drained.Describe()}");
            await NodeEditor.DeleteAsync(session, candidate.Node, true, false, default);
            IReadOnlyList<Pod> after = await scenario.SettleAsync(cluster, app => !bare.Contains(app));
            // What had no place while a pod before it terminated is tried again after a back-off.
            DateTimeOffset limit = cluster.Time.GetUtcNow().AddSeconds(90);
            while (after.Any(IsStuck) && cluster.Time.GetUtcNow() < limit)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cluster.Time);
                after = await scenario.SettleAsync(cluster, app => !bare.Contains(app));
            }

            faults.AddRange(
                after
                    .Where(IsStuck)
                    .Select(p =>
                        $"seed {seed}: after {candidate.Node} ({candidate.Moves}) {p.Metadata.Name} has no place: {p.Status.Conditions.Find("PodScheduled")?.Message}"
                    )
            );
            if (faults.Count > 0)
                break;
        }

        bool IsStuck(Pod pod) => pod.Spec.NodeName is null && !waiting.Contains(pod.Metadata.Uid!);
        return (recommendation.Remove.Count, recommendation.Remove.Sum(static one => one.Moves.Count), faults);
    }

    // Clusters of plans are tight: without room none would be recommended to go.
    private static async Task AddRoomAsync(TestCluster cluster, int seed)
    {
        Random random = new(seed);
        string[] names = [.. Enumerable.Range(1, random.Next(2, 6)).Select(static i => $"room{i}")];
        foreach (string name in names)
        {
            Dictionary<string, string> labels = new()
            {
                ["kubernetes.io/hostname"] = name,
                ["topology.kubernetes.io/zone"] = "abc"[random.Next(3)].ToString(),
            };
            if (random.Next(2) == 0)
                labels["disk"] = random.Next(2) == 0 ? "ssd" : "hdd";
            await cluster.CreateAsync(Resources.Nodes, Manifests.Node(name, labels, "8"));
        }

        foreach (string name in names)
            await cluster.WaitForAsync(
                Resources.Nodes,
                name,
                static n =>
                    n.Status.Conditions.IsTrue("Ready")
                    && n.Spec.Taints?.Exists(static t => t.Key == "node.kubernetes.io/not-ready") != true
            );
    }
}
