using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Testing;

namespace NodeManager.Conformance.Maintenance;

/// <summary>Runs that end by themselves, and those that others meet.</summary>
[Takes(180)]
public sealed class FleetTests
{
    private const string HostName = "kubernetes.io/hostname";
    private const string Zone = "topology.kubernetes.io/zone";

    [SkippableTheory]
    [AllBackends]
    public async Task Nodes_with_unschedulable_pods_are_drained_as_their_PDB_allows(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(3);
        await cluster.AddReplicaSetAsync("db", 3, m => m["spec"]!["template"]!["spec"]!["affinity"] = Apart("db"));
        await cluster.AddBudgetAsync("db", "db", "maxUnavailable", 1, 1);
        MaintenanceLog log = new();

        MaintenanceOutcome outcome = await cluster
            .RunAsync(cluster.Maintain(nodes, new() { MaxUnavailable = "2" }), log)
            .WaitAsync(TimeSpan.FromMinutes(2));

        Assert.True(outcome.Run.Status == NodeMaintenanceRunStatus.Completed, outcome.Run.Describe());
        Assert.Equal([1, 2, 3], outcome.Run.Nodes.Select(n => n.Batch).Order());
        Assert.Contains(log.Warnings, w => w.Contains("3 pods fit on no other node", StringComparison.Ordinal));
        await cluster.AssertBackInServiceAsync(nodes);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_node_that_cannot_be_drained_is_predicted_processed_last_and_uncordoned(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        await cluster.AddReplicaSetAsync(
            "db",
            2,
            m => m["spec"]!["template"]!["spec"]!["nodeSelector"] = new JsonObject { [HostName] = nodes[0] }
        );
        await cluster.AddBudgetAsync("db", "db", "maxUnavailable", 1, 1);
        MaintenanceLog log = new();
        string foretold = "";
        MaintenanceRequest request = cluster.Maintain(
            nodes,
            new() { MaxUnavailable = "2" },
            node =>
            {
                if (foretold.Length == 0)
                    foretold = string.Join(' ', log.Warnings);
                return Task.CompletedTask;
            }
        );
        IReadOnlyList<NodeMaintenancePlan> plan = await MaintenancePlanner.PlanAsync(await cluster.ConnectAsync(), request, log, default);

        MaintenanceOutcome outcome = await cluster.RunAsync(request, log).WaitAsync(TimeSpan.FromMinutes(3));

        Assert.Equal([(nodes[1], 1, 0), (nodes[0], 2, 1)], plan.Select(p => (p.Node, p.Batch, p.Obstacles.Count)));
        Assert.Equal("Failed Completed", string.Join(' ', outcome.Run.StatusesOf()));
        Assert.Contains($"Node {nodes[0]} cannot be drained", foretold, StringComparison.Ordinal);
        Assert.Contains("The node was returned to service.", outcome.Run.Nodes[0].Message, StringComparison.Ordinal);
        await cluster.AssertBackInServiceAsync(nodes);
        await cluster.WaitForReadyPodsAsync("app=db", 2);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Explicit_options_replace_those_of_a_resumed_run(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(3);
        bool isMended = false;
        MaintenanceRequest request = cluster.Maintain(
            nodes,
            new()
            {
                MaxUnavailable = "3",
                WaitForReboot = true,
                WaitReadyTimeout = TimeSpan.FromSeconds(60),
            },
            _ => isMended ? Task.CompletedTask : throw new InvalidOperationException("no disk space")
        );
        MaintenanceOutcome first = await cluster.RunAsync(request);
        isMended = true;

        MaintenanceOutcome second = await cluster.RunAsync(
            request with
            {
                Nodes = [],
                ResumeId = first.Run.Id,
                Options = new(),
                Explicit = [nameof(MaintenanceOptions.MaxUnavailable), nameof(MaintenanceOptions.WaitForReboot)],
            }
        );

        Assert.Equal(NodeMaintenanceRunStatus.Stopped, first.Run.Status);
        Assert.True(second.Run.Status == NodeMaintenanceRunStatus.Completed, second.Run.Describe());
        Assert.Equal("1", second.Run.MaxUnavailable);
        Assert.DoesNotContain(second.Run.Nodes.SelectMany(n => n.Steps), s => s.Name == NodeMaintenanceStepName.Reboot);
        Assert.Equal("1", (await ReadAsync(cluster, first.Run.Id)).MaxUnavailable);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_completed_run_is_not_changed(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        string node = await cluster.AddNodeAsync();
        MaintenanceOutcome done = await cluster.RunAsync(cluster.Maintain([node]));
        string name = "nodemanager-run-" + done.Run.Id;
        string? version = (await cluster.GetAsync(Resources.ConfigMaps, name)).Metadata.ResourceVersion;
        MaintenanceLog log = new();

        MaintenanceOutcome again = await cluster.RunAsync(cluster.Maintain([]) with { ResumeId = done.Run.Id }, log);

        Assert.Equal(NodeMaintenanceRunStatus.Completed, again.Run.Status);
        Assert.Contains(log.Warnings, w => w.Contains("is already complete", StringComparison.Ordinal));
        Assert.Equal(version, (await cluster.GetAsync(Resources.ConfigMaps, name)).Metadata.ResourceVersion);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_interrupted_run_removes_its_progress_and_a_resumed_run_continues_the_count(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(3);
        using CancellationTokenSource stop = new();
        int worked = 0;
        MaintenanceRequest request = cluster.Maintain(
            nodes,
            work: async _ =>
            {
                if (Interlocked.Increment(ref worked) == 2)
                    await stop.CancelAsync();
            }
        );
        MaintenanceLog first = new(),
            second = new();

        MaintenanceOutcome interrupted = await cluster.RunAsync(request, first, stop.Token);
        MaintenanceOutcome resumed = await cluster.RunAsync(request with { Nodes = [], ResumeId = interrupted.Run.Id }, second);

        Assert.Equal((1, NodeMaintenanceRunStatus.Completed), (interrupted.Run.Completed, resumed.Run.Status));
        Assert.All(first.Lines.GroupBy(l => l.Key), line => Assert.True(line.Last().Completed, line.Key));
        string[] counts =
        [
            .. second
                .Lines.Select(l => l.Status)
                .Where(s => s.Contains(" of 3 done", StringComparison.Ordinal))
                .Select(s => s[..1])
                .Distinct(),
        ];
        Assert.Equal(["1", "2", "3"], counts);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_topology_key_without_nodes_is_refused_and_nodes_without_it_are_named(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        int made = 0;
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(
            2,
            n =>
            {
                if (made++ == 0)
                    n["metadata"]!["labels"]![Zone] = "a";
            }
        );
        MaintenanceLog log = new();

        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            cluster.RunAsync(cluster.Maintain(nodes, new() { TopologyKey = Zone + "s" }))
        );
        MaintenanceOutcome done = await cluster.RunAsync(cluster.Maintain(nodes, new() { TopologyKey = Zone }), log);

        Assert.Equal(ErrorIds.MaintenanceInvalid, refused.ErrorId);
        Assert.Equal(NodeMaintenanceRunStatus.Completed, done.Run.Status);
        Assert.Contains(log.Warnings, w => w.Contains($"{nodes[1]} does not have the label '{Zone}'", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_run_of_a_held_node_can_be_found_stopped_and_removed_from_another_session(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        MaintenanceRequest request = cluster.Maintain(nodes) with
        {
            WorkText = "wait",
            Work = async (_, token) =>
            {
                begun.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return [];
            },
        };
        NodeManagerSession other = await cluster.ConnectAsync();
        Task<MaintenanceOutcome> running = cluster.RunAsync(request);
        await begun.Task.WaitAsync(Eventually.Limit);
        NodeMaintenanceRun run = Assert.Single(await MaintenanceReader.ReadAsync(other, [], cluster.Namespace, 10, default));

        MaintenanceHold? hold = await MaintenanceHolds.FindAsync(other, nodes[0], default);
        NodeManagerException alive = await Assert.ThrowsAsync<NodeManagerException>(() =>
            MaintenanceRemover.RemoveAsync(other, run.Id, cluster.Namespace, false, default)
        );
        bool isStopped = await MaintenanceStopper.StopAsync(other, run.Id, cluster.Namespace, default);
        MaintenanceOutcome outcome = await running.WaitAsync(Eventually.Limit);
        MaintenanceHold? after = await MaintenanceHolds.FindAsync(other, nodes[0], default);
        bool again = await MaintenanceStopper.StopAsync(other, run.Id, cluster.Namespace, default);
        IReadOnlyList<string> cordoned = await MaintenanceRemover.RemoveAsync(other, run.Id, cluster.Namespace, false, default);

        Assert.Equal((run.Id, true), (hold?.Run, isStopped));
        Assert.Equal(ErrorIds.MaintenanceAlive, alive.ErrorId);
        Assert.Equal((ErrorIds.MaintenanceStopped, NodeMaintenanceRunStatus.Interrupted), (outcome.Failure?.ErrorId, outcome.Run.Status));
        Assert.Null(after);
        Assert.False(again);
        Assert.Equal([nodes[0]], cordoned);
        Assert.Empty(await MaintenanceReader.ReadAsync(other, [], cluster.Namespace, 10, default));
        Assert.All(
            nodes,
            n =>
                Assert.False(
                    cluster.GetAsync(Resources.Nodes, n).Result.Metadata.Annotations?.Keys.Any(k => k == MaintenanceRuns.Claim) == true
                )
        );
        await NodeEditor.SetUnschedulableAsync(other, nodes[0], unschedulable: false, dryRun: false, default);
        await cluster.AssertBackInServiceAsync(nodes);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_run_whose_Lease_renewal_is_refused_reports_it_and_ends(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        string node = await cluster.AddNodeAsync();
        Revocation revocation = new();
        MaintenanceLog log = new();
        MaintenanceRequest request = cluster.Maintain([node]) with
        {
            WorkText = "wait",
            Work = async (_, token) =>
            {
                revocation.IsOn = true;
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return [];
            },
        };
        NodeManagerSession session = await cluster.ConnectAsync(inner =>
        {
            revocation.InnerHandler = inner;
            return revocation;
        });

        MaintenanceOutcome outcome = await NodeMaintainer.RunAsync(session, request, log, default).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(ErrorIds.MaintenanceLeaseNotRenewed, outcome.Failure?.ErrorId);
        Assert.Contains(log.Warnings, w => w.Contains("cannot be renewed", StringComparison.Ordinal));
    }

    private static async Task<NodeMaintenanceRun> ReadAsync(TestCluster cluster, string id) =>
        Assert.Single(await MaintenanceReader.ReadAsync(await cluster.ConnectAsync(), [id], cluster.Namespace, 1, default));

    private static JsonObject Apart(string app) =>
        new()
        {
            ["podAntiAffinity"] = new JsonObject
            {
                ["requiredDuringSchedulingIgnoredDuringExecution"] = new JsonArray(
                    new JsonObject
                    {
                        ["labelSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = app } },
                        ["topologyKey"] = HostName,
                    }
                ),
            },
        };

    /// <summary>A server that takes away the permission to patch leases.</summary>
    private sealed class Revocation : DelegatingHandler
    {
        public bool IsOn { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            !IsOn
            || request.Method != HttpMethod.Patch
            || request.RequestUri?.AbsolutePath.Contains("/leases/", StringComparison.Ordinal) != true
                ? base.SendAsync(request, cancellationToken)
                : Task.FromResult(
                    new HttpResponseMessage(HttpStatusCode.Forbidden)
                    {
                        RequestMessage = request,
                        Content = new StringContent(
                            """{ "kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "leases is forbidden", "reason": "Forbidden", "code": 403 }""",
                            Encoding.UTF8,
                            "application/json"
                        ),
                    }
                );
    }
}
