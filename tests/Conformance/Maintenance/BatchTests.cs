using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Testing;

namespace NodeManager.Conformance.Maintenance;

/// <summary>Which nodes go together, and what is done with each.</summary>
[Takes(190)]
public sealed class BatchTests
{
    private const string Zone = "topology.kubernetes.io/zone";

    [SkippableTheory]
    [AllBackends]
    public async Task Nodes_out_of_service_stay_within_the_limit_and_all_return(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(5);
        int most = 0;

        MaintenanceOutcome outcome = await cluster.RunAsync(
            cluster.Maintain(
                nodes,
                new() { MaxUnavailable = "2" },
                async _ =>
                {
                    int cordoned = await CountCordonedAsync(cluster);
                    InterlockedMax(ref most, cordoned);
                }
            )
        );

        Assert.Null(outcome.Failure);
        Assert.True(outcome.Run.Status == NodeMaintenanceRunStatus.Completed, outcome.Run.Describe());
        Assert.Equal(2, most);
        Assert.Equal([1, 1, 2, 2, 3], outcome.Run.Nodes.Select(n => n.Batch).Order());
        Assert.All(
            outcome.Run.Nodes,
            n =>
            {
                Assert.Equal(["Claim", "Cordon", "Drain", "Script", "Ready", "Resume"], n.Steps.Select(s => s.Name));
                Assert.All(n.Steps, s => Assert.NotNull(s.EndedAt));
                Assert.Equal("worked", Assert.Single(n.Output));
                Assert.Equal(NodeDrainStatus.Drained, n.Drain!.Status);
            }
        );
        await cluster.AssertBackInServiceAsync(nodes);
        NodeMaintenanceRun stored = Assert.Single(
            await MaintenanceReader.ReadAsync(await cluster.ConnectAsync(), [], cluster.Namespace, 10, default)
        );
        Assert.Equal((outcome.Run.Id, NodeMaintenanceRunStatus.Completed, 5), (stored.Id, stored.Status, stored.Completed));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_batch_never_contains_two_zones(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        int made = 0;
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(4, n => n["metadata"]!["labels"]![Zone] = made++ % 2 == 0 ? "a" : "b");
        List<int> zones = [];

        MaintenanceOutcome outcome = await cluster.RunAsync(
            cluster.Maintain(
                nodes,
                new() { MaxUnavailable = "75%", TopologyKey = Zone },
                async _ =>
                {
                    int count = (await OwnAsync(cluster))
                        .Where(n => n.Spec.Unschedulable == true)
                        .Select(n => n.Metadata.Labels![Zone])
                        .Distinct()
                        .Count();
                    lock (zones)
                        zones.Add(count);
                }
            )
        );

        Assert.True(outcome.Run.Status == NodeMaintenanceRunStatus.Completed, outcome.Run.Describe());
        Assert.Equal([1, 1, 1, 1], zones);
        Assert.All(outcome.Run.Nodes.GroupBy(n => n.Batch), batch => Assert.Single(batch.Select(n => n.Group).Distinct()));
        Assert.Equal(2, outcome.Run.Nodes.Max(n => n.Batch));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Nodes_cordoned_or_marked_before_stay_so_and_count(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(3, n => n.Annotate("karpenter.sh/do-not-disrupt", "true"));
        await cluster.CordonAsync(nodes[2]);
        int most = 0;

        MaintenanceOutcome outcome = await cluster.RunAsync(
            cluster.Maintain(
                nodes,
                new() { MaxUnavailable = "2" },
                async node =>
                {
                    int cordoned = await CountCordonedAsync(cluster);
                    InterlockedMax(ref most, cordoned);
                    Assert.Equal("true", node.Annotations["cluster-autoscaler.kubernetes.io/scale-down-disabled"]);
                }
            )
        );

        Assert.True(outcome.Run.Status == NodeMaintenanceRunStatus.Completed, outcome.Run.Describe());
        Assert.Equal(2, most);
        Assert.Equal(1, outcome.Run.Nodes[2].Batch);
        Assert.True(outcome.Run.Nodes[2].WasCordoned);
        foreach (Node node in await OwnAsync(cluster))
        {
            Assert.Equal(node.Metadata.Name == nodes[2], node.Spec.Unschedulable == true);
            Assert.Equal(["karpenter.sh/do-not-disrupt"], node.Metadata.Annotations!.Keys.Where(MaintenanceRuns.IsOfRun));
        }
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Control_plane_nodes_are_last_and_only_on_request(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        int made = 0;
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(
            4,
            n =>
            {
                if (made++ < 2)
                    n["metadata"]!["labels"]!["node-role.kubernetes.io/control-plane"] = "";
            }
        );

        MaintenanceOutcome without = await cluster.RunAsync(cluster.Maintain(nodes, new() { MaxUnavailable = "4" }));
        MaintenanceOutcome with = await cluster.RunAsync(
            cluster.Maintain(nodes, new() { MaxUnavailable = "4", IncludeControlPlane = true })
        );

        Assert.Equal(["Skipped", "Skipped", "Completed", "Completed"], without.Run.StatusesOf());
        Assert.True(with.Run.Status == NodeMaintenanceRunStatus.Completed, with.Run.Describe());
        Assert.Equal([1, 1, 2, 3], with.Run.Nodes.Select(n => n.Batch).Order());
        Assert.All(with.Run.Nodes.Skip(2), n => Assert.Equal(1, n.Batch));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_node_returns_with_a_new_boot_ID_and_its_DaemonSet_pods(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        await cluster.AddWorkloadAsync(Resources.DaemonSets, "DaemonSet", "agent", 2);

        MaintenanceOutcome outcome = await cluster.RunAsync(
            cluster.Maintain(
                nodes,
                new() { WaitForReboot = true, Soak = TimeSpan.FromSeconds(1) },
                async node =>
                {
                    foreach (Pod pod in (await cluster.ListPodsAsync("app=agent")).Where(p => p.Spec.NodeName == node.Name))
                        await cluster.Client.DeleteAsync(Resources.Pods, pod.Metadata.Name, cluster.Namespace, new(), default);
                    await cluster.AnnotateAsync(Resources.Nodes, node.Name, "boot-id", "boot-2-" + node.Name);
                }
            )
        );

        Assert.True(outcome.Run.Status == NodeMaintenanceRunStatus.Completed, outcome.Run.Describe());
        Assert.All(outcome.Run.Nodes, n => Assert.Contains(n.Steps, s => s is { Name: "Reboot", EndedAt: not null }));
        Assert.Equal(
            2,
            (await cluster.ListPodsAsync("app=agent")).Count(p => p.Metadata.DeletionTimestamp is null && TestCluster.IsReady(p))
        );
        NodeMaintenanceResult[] inTurn = [.. outcome.Run.Nodes.OrderBy(n => n.Batch)];
        TimeSpan between = inTurn[1].StartedAt!.Value - inTurn[0].Steps[^1].EndedAt!.Value;
        Assert.True(between >= TimeSpan.FromSeconds(0.9), $"soaked for {between}");
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Conditions_report_the_drain_where_requested(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        List<string> seen = [];
        MaintenanceOptions options = new() { Drain = new() { Condition = ConditionUse.Always } };

        MaintenanceOutcome outcome = await cluster.RunAsync(
            cluster.Maintain(
                nodes,
                options,
                async node =>
                {
                    if (node.Name != nodes[0])
                        return;
                    foreach (string name in nodes)
                        seen.Add(TrueOf(await cluster.GetAsync(Resources.Nodes, name)));
                }
            )
        );

        Assert.True(outcome.Run.Status == NodeMaintenanceRunStatus.Completed, outcome.Run.Describe());
        Assert.Equal(["Drained MaintenanceInProgress", "MaintenancePlanned"], seen);
        foreach (string name in nodes)
            Assert.Equal("", TrueOf(await cluster.GetAsync(Resources.Nodes, name)));
    }

    private static string TrueOf(Node node) =>
        string.Join(
            ' ',
            node.Status.Conditions!.Where(c => c.Status == "True" && NodeLifecycleCondition.All.Contains(c.Type))
                .Select(c => c.Type)
                .Order()
        );

    [SkippableTheory]
    [AllBackends]
    public async Task A_node_that_does_not_reboot_in_time_fails(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        string node = await cluster.AddNodeAsync();

        MaintenanceOutcome outcome = await cluster.RunAsync(
            cluster.Maintain([node], new() { WaitForReboot = true, WaitReadyTimeout = TimeSpan.FromSeconds(2) })
        );

        NodeMaintenanceResult result = Assert.Single(outcome.Run.Nodes);
        Assert.Equal((NodeMaintenanceRunStatus.Stopped, "Failed", "Reboot"), (outcome.Run.Status, result.Status, result.Step));
        Assert.Contains("within 2s", result.Error, StringComparison.Ordinal);
        Assert.True((await cluster.GetAsync(Resources.Nodes, node)).Spec.Unschedulable);
    }

    [SkippableTheory]
    [AllBackends("Stop", "Completed Failed Pending", "Stopped")]
    [AllBackends("Continue", "Completed Failed Pending", "Stopped")]
    [AllBackends("Resume", "Completed Failed Completed", "Failed")]
    public async Task A_failed_node_stops_the_run_as_its_options_say(string backend, string onError, string statuses, string status)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(3);
        MaintenanceOptions options = new()
        {
            OnError = Enum.Parse<MaintenanceErrorAction>(onError),
            // Longer than a renewal of the Lease takes. Run out of with -OnError Continue, which waits so long for a place.
            WaitReadyTimeout = TimeSpan.FromSeconds(12),
        };

        MaintenanceOutcome outcome = await cluster.RunAsync(
            cluster.Maintain(
                nodes,
                options,
                node => node.Name == nodes[1] ? throw new InvalidOperationException("no disk space") : Task.CompletedTask
            )
        );

        Assert.True((statuses, status) == (string.Join(' ', outcome.Run.StatusesOf()), outcome.Run.Status), outcome.Run.Describe());
        Assert.Contains("no disk space", outcome.Run.Nodes[1].Error, StringComparison.Ordinal);
        // With -OnError Continue the failed node takes the only place that there is.
        Assert.Equal(onError == "Continue" ? ErrorIds.MaintenanceBlocked : null, outcome.Failure?.ErrorId);
        Node failed = await cluster.GetAsync(Resources.Nodes, nodes[1]);
        Assert.Equal(onError != "Resume", failed.Spec.Unschedulable == true);
        await cluster.AssertBackInServiceAsync(onError == "Resume" ? nodes : [nodes[0]]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_run_continues_after_a_failed_node_within_the_failure_limit(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(4);
        bool isMended = false;
        Task Work(ClusterNode node) =>
            node.Name == nodes[0] && !isMended ? throw new InvalidOperationException("no disk space") : Task.CompletedTask;
        MaintenanceRequest request = cluster.Maintain(
            nodes,
            new() { OnError = MaintenanceErrorAction.Continue, MaxUnavailable = "2" },
            Work
        );

        MaintenanceOutcome first = await cluster.RunAsync(request);
        isMended = true;
        MaintenanceOutcome second = await cluster.RunAsync(request with { ResumeId = first.Run.Id, Nodes = [], Options = new() });

        Assert.Equal(
            (NodeMaintenanceRunStatus.Failed, "Failed Completed Completed Completed"),
            (first.Run.Status, string.Join(' ', first.Run.StatusesOf()))
        );
        Assert.True(second.Run.Status == NodeMaintenanceRunStatus.Completed, second.Run.Describe());
        // Drained once: its second start began with the script.
        Assert.Equal(
            first.Run.Nodes[0].Steps.Single(s => s.Name == "Drain").StartedAt,
            second.Run.Nodes[0].Steps.Single(s => s.Name == "Drain").StartedAt
        );
        await cluster.AssertBackInServiceAsync(nodes);
    }

    private static async Task<IReadOnlyList<Node>> OwnAsync(TestCluster cluster) =>
        (await cluster.Client.ListAsync(Resources.Nodes, new() { LabelSelector = cluster.Selector }, default)).Items;

    private static async Task<int> CountCordonedAsync(TestCluster cluster) =>
        (await OwnAsync(cluster)).Count(n => n.Spec.Unschedulable == true);

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
            // Somebody else was faster.
        }
    }
}
