using System.Text.Json.Nodes;
using NodeManager.Conformance.CustomResources;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Maintenance;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance.Options;
using NodeManager.Testing;

namespace NodeManager.Conformance.Drain.Availability;

/// <summary>Workloads that no PDB covers while several nodes are drained.</summary>
[Takes(120)]
public sealed class AvailabilityTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    [SkippableTheory]
    [AllBackends("Deployment", "25%", 15)]
    [AllBackends("Deployment", "2", 18)]
    [AllBackends("StatefulSet", "6", 14)]
    public async Task Nodes_that_are_drained_together_leave_enough_pods_ready(string backend, string kind, string allowed, int least)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string[] nodes = [.. (await cluster.AddNodesAsync(5)).Take(3)];
        await AddAsync(cluster, kind, 20);
        NodeManagerSession session = await cluster.ConnectAsync();

        (IReadOnlyList<NodeDrainResult> results, IReadOnlyList<int> counts) = await cluster.CountReadyAsync(
            "web",
            () => DrainRun.DrainAsync(session, nodes, new() { WorkloadMaxUnavailable = allowed })
        );

        Assert.All(results, r => Assert.True(r.Status == NodeDrainStatus.Drained, r.Describe()));
        Assert.True(results.Sum(r => r.Evicted) > 20 - least, "more pods than may be unavailable");
        Assert.True(counts.Min() >= least, $"{counts.Min()} of 20 pods were ready");
        Assert.All(WaitsOf(results), step => Assert.Equal($"{kind} {cluster.Namespace}/web", step.Detail));
        Assert.NotEmpty(WaitsOf(results));
        Assert.Empty(results.SelectMany(r => r.Warnings));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Nodes_of_one_maintenance_leave_enough_pods_ready(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string[] nodes = [.. (await cluster.AddNodesAsync(5)).Take(3)];
        await AddAsync(cluster, "Deployment", 20);

        (MaintenanceOutcome outcome, IReadOnlyList<int> counts) = await cluster.CountReadyAsync(
            "web",
            () => cluster.RunAsync(cluster.Maintain(nodes, new() { MaxUnavailable = "3" }))
        );

        Assert.True(outcome.Run.Status == NodeMaintenanceRunStatus.Completed, outcome.Run.Describe());
        Assert.True(counts.Min() >= 15, $"{counts.Min()} of 20 pods were ready");
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_drain_continues_with_a_warning_when_no_replacement_becomes_ready(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        await cluster.AddReplicaSetAsync("web", 8);
        NodeManagerSession session = await cluster.ConnectAsync();

        IReadOnlyList<NodeDrainResult> results = await DrainRun.DrainAsync(session, nodes, new() { WorkloadWait = Short });

        Assert.All(results, r => Assert.True(r.Status == NodeDrainStatus.Drained, r.Describe()));
        Assert.Contains(results, r => r.Duration > Short);
        Assert.Matches(
            $"^ReplicaSet {cluster.Namespace}/web: no replacement (is starting|became ready within 2s), so more of its pods are evicted than 2 at a time ",
            results.SelectMany(r => r.Warnings).First()
        );
    }

    [SkippableTheory]
    [AllBackends(false, "25%", false)] // one node, as kubectl
    [AllBackends(true, "Off", false)]
    public async Task Without_a_limit_all_pods_are_evicted_concurrently(string backend, bool isSeveral, string allowed, bool waits)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        int count = isSeveral ? 2 : 1;
        string[] nodes = [.. (await cluster.AddNodesAsync(count + 1)).Take(count)];
        await cluster.AddReplicaSetAsync("web", 12, Slow);
        NodeManagerSession session = await cluster.ConnectAsync();
        DrainOptions options = new() { WorkloadMaxUnavailable = allowed };

        IReadOnlyList<NodeDrainPlan> plans = await DrainPlanner.PlanAsync(session, [.. nodes], options, default);
        IReadOnlyList<NodeDrainResult> results = await DrainRun.DrainAsync(session, nodes, options);

        Assert.All(results, r => Assert.True(r.Status == NodeDrainStatus.Drained, r.Describe()));
        Assert.Equal(waits, WaitsOf(results).Count > 0);
        Assert.Equal(
            $"No PDB covers ReplicaSet {cluster.Namespace}/web: {plans[0].Pods.Count} of its 12 pods are evicted concurrently.",
            plans[0].Warnings.Last()
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Pods_that_are_not_ready_or_have_a_PDB_do_not_wait(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        await cluster.AddReplicaSetAsync("web", 8);
        await cluster.AddBudgetAsync("most", "web", "maxUnavailable", 8, allows: 8);
        NodeManagerSession session = await cluster.ConnectAsync();

        IReadOnlyList<NodeDrainResult> results = await DrainRun.DrainAsync(session, nodes, new());

        Assert.All(results, r => Assert.True(r.Status == NodeDrainStatus.Drained, r.Describe()));
        Assert.Empty(WaitsOf(results));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_drain_that_tries_once_or_times_out_names_the_workload(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        await cluster.AddReplicaSetAsync("web", 8);
        NodeManagerSession session = await cluster.ConnectAsync();

        IReadOnlyList<NodeDrainResult> once = await DrainRun.DrainAsync(session, nodes, new() { Once = true });
        IReadOnlyList<NodeDrainResult> late = await DrainRun.DrainAsync(session, nodes, new() { Timeout = Short });

        Assert.Equal(2, once.Sum(r => r.Evicted));
        Assert.Contains(once, r => r.Status == NodeDrainStatus.Blocked);
        Assert.Contains(late, r => r.Status == NodeDrainStatus.TimedOut);
        foreach (NodeDrainResult result in once.Concat(late).Where(r => r.Status != NodeDrainStatus.Drained))
        {
            NodeDrainBlocker blocker = Assert.Single(result.Blockers);
            Assert.Equal(("Workload", $"ReplicaSet {cluster.Namespace}/web"), (blocker.Kind, blocker.Name));
            Assert.Contains("at most 2 may be unavailable", blocker.Message, StringComparison.Ordinal);
            Assert.All(blocker.Pods, pod => Assert.Contains(result.Pods, p => $"{p.Namespace}/{p.Name}" == pod && p.Outcome == "Blocked"));
        }
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Owners_of_any_kind_with_a_scale_are_limited(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        CustomKind kind = await CustomKind.CreateAsync(
            cluster,
            """{ "type": "object", "properties": { "replicas": { "type": "integer" } } }""",
            static definition =>
                CustomKind.Version(definition)["subresources"]!["scale"] = new JsonObject
                {
                    ["specReplicasPath"] = ".spec.replicas",
                    ["statusReplicasPath"] = ".status.replicas",
                }
        );
        string uid = (string)(await kind.MakeAsync("web", """{ "replicas": 4 }"""))["metadata"]!["uid"]!;
        for (int i = 0; i < 4; i++)
            await cluster.AddPodAsync(
                $"web-{i}",
                nodes[i % 2],
                pod =>
                    pod["metadata"]!["ownerReferences"] = new JsonArray(
                        new JsonObject
                        {
                            ["apiVersion"] = kind.Group + "/v1",
                            ["kind"] = "Gadget",
                            ["name"] = "web",
                            ["uid"] = uid,
                            ["controller"] = true,
                        }
                    )
            );
        NodeManagerSession session = await cluster.ConnectAsync();

        IReadOnlyList<NodeDrainResult> results = await DrainRun.DrainAsync(session, nodes, new() { WorkloadWait = Short });

        Assert.All(results, r => Assert.True(r.Status == NodeDrainStatus.Drained, r.Describe()));
        Assert.Equal([$"Gadget {cluster.Namespace}/web"], WaitsOf(results).Select(s => s.Detail).Distinct());
    }

    private static Task<IReadOnlyList<Pod>> AddAsync(TestCluster cluster, string kind, int replicas) =>
        kind == "Deployment"
            ? cluster.AddWorkloadAsync(Resources.Deployments, kind, "web", replicas, Slow)
            : cluster.AddWorkloadAsync(
                Resources.StatefulSets,
                kind,
                "web",
                replicas,
                set =>
                {
                    set["spec"]!["podManagementPolicy"] = "Parallel";
                    Slow(set);
                }
            );

    private static void Slow(JsonObject workload) => workload.AnnotatePods("fake-kubelet/start-delay", "1");

    private static IReadOnlyList<NodeDrainStep> WaitsOf(IEnumerable<NodeDrainResult> results) =>
        [.. results.SelectMany(r => r.Timeline).Where(s => s.Step == DrainStep.Workload)];
}
