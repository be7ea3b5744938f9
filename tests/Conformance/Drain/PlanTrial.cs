using System.Text.Json;
using NodeManager.Conformance.Harness;
using NodeManager.Drains;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Conformance.Drain;

/// <summary>The drain of a node, or of two together, planned and then done; what came otherwise than planned.</summary>
internal sealed class PlanTrial
{
    private readonly int _seed;

    private PlanTrial(int seed) => _seed = seed;

    /// <summary>How often the plan said what, and how often it came otherwise though explained.</summary>
    public Dictionary<string, int> Counts { get; } = [];

    /// <summary>What came otherwise and is not explained.</summary>
    public List<string> Unexplained { get; } = [];

    public static async Task<PlanTrial> RunAsync(int seed)
    {
        var trial = new PlanTrial(seed);
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.Sandbox, workloads: true, speed: 20);
        var scenario = new PlanScenario(seed);
        await scenario.BuildAsync(cluster);
        IReadOnlyList<Pod> before = await cluster.ListPodsAsync();
        string[] fullest =
        [
            .. before
                .Where(p => p.Spec.NodeName is not null)
                .GroupBy(p => p.Spec.NodeName!)
                .OrderByDescending(g => g.Count())
                .ThenBy(g => g.Key, StringComparer.Ordinal)
                .Take(scenario.Together)
                .Select(g => g.Key),
        ];
        if (fullest.Length == 0)
            return trial;
        NodeManagerSession session = await cluster.ConnectAsync();
        IReadOnlyList<NodeDrainPlan> plans = await DrainPlanner.PlanAsync(session, [.. fullest], scenario.Options, default);
        // One that is refused stays, and is a place for the others after all: then it is tried alone.
        if (plans.Count > 1 && plans.FirstOrDefault(p => p.Status == NodeDrainPlanStatus.Refused) is { } blocking)
            plans = await DrainPlanner.PlanAsync(session, [blocking.Node], scenario.Options, default);
        List<Node> nodes = (await cluster.Client.ListAsync(Resources.Nodes, new(), default)).Items;

        using var over = new CancellationTokenSource();
        Task<IReadOnlyList<NodeDrainResult>> drain = DrainRun.DrainAsync(
            session,
            [.. plans.Select(p => p.Node)],
            scenario.Options,
            cancellationToken: over.Token
        );
        if (plans[0].Status == NodeDrainPlanStatus.Refused)
        {
            NodeDrainResult refused = Assert.Single(await drain);
            trial.Count("nodes refused");
            trial.Check(refused.Status == NodeDrainStatus.Blocked, $"planned as refused, and {refused.Describe()}");
            HashSet<string> still = [.. (await cluster.ListPodsAsync()).Select(p => p.Metadata.Uid!)];
            trial.Check(before.All(p => still.Contains(p.Metadata.Uid!)), "a pod of a refused node went");
            return trial;
        }

        if (plans.Count > 1)
            trial.Count("pairs of nodes planned together");
        List<NodeDrainPlanPod> leaving = [.. plans.SelectMany(p => p.Pods).Where(p => p.Decision == DrainDecision.Evict)];
        List<NodeDrainPlanPod> blocked = [.. leaving.Where(IsBlocked)];
        await EndAsync(cluster, drain, [.. leaving.Except(blocked).Select(p => p.Uid)]);
        // A blocked one is asked for again meanwhile.
        await Task.Delay(TimeSpan.FromSeconds(blocked.Count > 0 ? 20 : 0), cluster.Time);
        HashSet<string> bare = [.. before.Where(p => p.Metadata.OwnerReferences is null or []).Select(p => p.Metadata.Labels!["app"])];
        IReadOnlyList<Pod> after = await scenario.SettleAsync(cluster, app => !bare.Contains(app));
        if (after.Any(p => leaving.Exists(one => one.Uid == p.Metadata.Uid)))
            await over.CancelAsync();
        IReadOnlyList<NodeDrainResult> results = await drain;

        trial.CompareBudgets(leaving, blocked, after, results);
        trial.ComparePlaces(plans, leaving, before, after, nodes, bare, cluster.Minor);
        return trial;
    }

    // Over, too, when nothing changes any more: what waits then waits for ever.
    private static async Task EndAsync(TestCluster cluster, Task drain, HashSet<string> going)
    {
        string seen = "";
        DateTimeOffset since = cluster.Time.GetUtcNow();
        await Eventually.HoldsAsync(
            "the end of what ends",
            async () =>
            {
                IReadOnlyList<Pod> pods = await cluster.ListPodsAsync();
                if (drain.IsCompleted || !pods.Any(p => going.Contains(p.Metadata.Uid!)))
                    return true;
                string now = string.Join(" ", pods.Select(p => p.Metadata.Uid + p.Metadata.DeletionTimestamp + TestCluster.IsReady(p)));
                if (now != seen)
                    (seen, since) = (now, cluster.Time.GetUtcNow());
                return cluster.Time.GetUtcNow() - since > TimeSpan.FromMinutes(3);
            }
        );
    }

    private static bool IsBlocked(NodeDrainPlanPod pod) =>
        pod.Budgets.Count > 1 || pod.Budgets.Any(b => b.Outlook == BudgetOutlook.Never) && (pod.BlockedByBudget || pod.WaitsForTurn);

    // A budget that becomes Never when those before find no place may let some go first: one at least stays.
    private void CompareBudgets(
        List<NodeDrainPlanPod> leaving,
        List<NodeDrainPlanPod> blocked,
        IReadOnlyList<Pod> after,
        IReadOnlyList<NodeDrainResult> results
    )
    {
        HashSet<string> there = [.. after.Select(p => p.Metadata.Uid!)];
        foreach (IGrouping<string, NodeDrainPlanPod> group in blocked.GroupBy(p => string.Join(" ", p.Budgets.Select(b => b.Name))))
        {
            Count("pods blocked by a budget", group.Count());
            int left = group.Count(p => there.Contains(p.Uid));
            if (left < group.Count())
                Count("pods that went before their budget closed", group.Count() - left);
            string reason = group.First().Budgets[0].OutlookReason;
            if (left > 0 && (left == group.Count() || reason.Contains("wait", StringComparison.Ordinal)))
                continue;

            // Whether there was room is looked at where places are compared.
            bool isForWantOfRoom =
                group.First().Budgets.Count == 1
                && reason.Contains("the replacements of earlier ones fit on no other node", StringComparison.Ordinal);
            if (isForWantOfRoom && left < group.Count())
                Count("budget planned to close for want of room, and another left it room");
            else
                Unexplained.Add($"seed {_seed}: budget {group.Key} was to block {group.Count()}, {left} stayed: {reason}");
        }

        foreach (NodeDrainPlanPod pod in leaving.Except(blocked))
        {
            Count(pod.Budgets.Count > 0 ? "pods let go by a budget" : "pods without a budget");
            if (!there.Contains(pod.Uid))
                continue;

            // Whether that one was to fit is looked at where places are compared.
            string app = after.Single(p => p.Metadata.Uid == pod.Uid).Metadata.Labels!["app"];
            bool waitsForAnother = pod.Budgets.Count == 1 && after.Any(p => p.Metadata.Labels!["app"] == app && !TestCluster.IsReady(p));
            if (waitsForAnother)
                Count("pods planned to go in turn, and the one before lost its room to another");
            else
                Unexplained.Add($"seed {_seed}: {pod} was to go, and is there: {string.Join(" ", results.Select(r => r.Describe()))}");
        }

        foreach (NodeDrainResult result in results)
        {
            bool isAnyLeft = leaving.Any(p => p.Node == result.Node && there.Contains(p.Uid));
            Count(isAnyLeft ? "nodes blocked" : "nodes drained");
            Check(isAnyLeft == (result.Status != NodeDrainStatus.Drained), $"{blocked.Count} blocked, and {result.Describe()}");
        }
    }

    private void ComparePlaces(
        IReadOnlyList<NodeDrainPlan> plans,
        List<NodeDrainPlanPod> going,
        IReadOnlyList<Pod> before,
        IReadOnlyList<Pod> after,
        List<Node> nodes,
        HashSet<string> bare,
        int minor
    )
    {
        HashSet<string> leaving = [.. going.Select(p => p.Uid)],
            drained = [.. plans.Select(p => p.Node)],
            known = [.. before.Where(p => p.Spec.NodeName is not null).Select(p => p.Metadata.Uid!)];
        HashSet<string> there = [.. after.Select(p => p.Metadata.Uid!)];
        Dictionary<string, NodeDrainPlanPod> planned = going.ToDictionary(p => p.Uid);
        foreach (
            IGrouping<string, Pod> group in before
                .Where(p => leaving.Contains(p.Metadata.Uid!))
                .GroupBy(p => p.Metadata.Labels!["app"])
                .Where(g => !bare.Contains(g.Key))
        )
        {
            int fits = group.Count(p => planned[p.Metadata.Uid!].FitsElsewhere == "Yes"),
                no = group.Count() - fits;
            Count("pods that fit", fits);
            Count("pods that fit nowhere", no);
            int missing = group.Count(p => planned[p.Metadata.Uid!].FitsElsewhere == "No" && !there.Contains(p.Metadata.Uid!));
            int expected = before.Count(p => p.Metadata.Labels!["app"] == group.Key && TestCluster.IsReady(p)) - missing;
            int running = after.Count(p => p.Metadata.Labels!["app"] == group.Key && TestCluster.IsReady(p));
            if (running == expected)
                continue;

            // By itself the pod would fit, or not: whether it does beside the others depends on who is placed where first.
            Pod successor = Successor(group.First());
            List<Pod> others =
                running < expected
                    ? [.. after.Where(p => known.Contains(p.Metadata.Uid!) && p.Spec.NodeName is not null)]
                    : [.. before.Where(p => !leaving.Contains(p.Metadata.Uid!) && p.Spec.NodeName is not null)];
            ClusterSnapshot alone = ClusterSnapshot.Of(nodes, others, minor);
            string what =
                running < expected
                    ? "pods planned to fit, and another took their room"
                    : "pods planned not to fit, and another left them room";
            Placement place = PodPlacement.Find(successor, alone, n => !drained.Contains(n.Name));
            if (place.Node is null && successor.Spec.Affinity?.PodAffinity is not null)
            {
                what = "pods whose companions came to other nodes than the plan placed them on";
                successor.Spec.Affinity.PodAffinity = null;
                place = PodPlacement.Find(successor, alone, n => !drained.Contains(n.Name));
            }

            if (place.Node is not null)
                Count(what, Math.Abs(running - expected));
            else
                Unexplained.Add(
                    $"seed {_seed}: {group.Key}: {expected} were to run, {running} do; alone it fits nowhere: {place.Message}; planned: {string.Join("; ", group.Select(p => planned[p.Metadata.Uid!]).Select(p => p.FitsElsewhere + " " + p.FitReason))}"
                );
        }
    }

    private static Pod Successor(Pod pod)
    {
        Pod copy = JsonSerializer.Deserialize(
            JsonSerializer.SerializeToUtf8Bytes(pod, KubernetesJson.Default.Pod),
            KubernetesJson.Default.Pod
        )!;
        copy.Spec.NodeName = null;
        return copy;
    }

    private void Count(string what, int count = 1) => Counts[what] = Counts.GetValueOrDefault(what) + count;

    private void Check(bool holds, string otherwise)
    {
        if (!holds)
            Unexplained.Add($"seed {_seed}: {otherwise}");
    }
}
