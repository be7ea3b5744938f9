using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Detached;
using NodeManager.Maintenance.Options;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Conformance.Maintenance;

/// <summary>What <c>-Detach</c> leaves to the server of the cluster.</summary>
[Takes(120)]
public sealed class DetachedTests(ITestOutputHelper output)
{
    private const int Fleet = 10;

    private static readonly int Kills = ProofSize.Read("NODEMANAGER_SERVER_KILLS", 2);
    private static readonly int Seed = ProofSize.Read("NODEMANAGER_SERVER_SEED", 1);

    [SkippableTheory]
    [AllBackends]
    public async Task After_server_kills_the_fleet_is_completed_with_each_node_once(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, speed: 10, quickLeases: true);
        await using DetachedLab lab = await DetachedLab.StartAsync(cluster);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(Fleet);
        await cluster.AddReplicaSetAsync("web", 20);
        await lab.ServeAsync();
        Random random = new(Seed);
        int kills = 0,
            runs = 0;
        // A maintenance that ends before all kills is followed by the next.
        do
        {
            runs++;
            NodeMaintenanceRun asked = await lab.SubmitAsync(
                nodes,
                new()
                {
                    MaxUnavailable = "2",
                    Soak = TimeSpan.FromSeconds(2),
                    Drain = new() { Reason = "patches" },
                }
            );
            Dictionary<string, DateTimeOffset> drained = [];
            List<string> told = [];
            for (string holder = ""; kills < Kills && await TakenOverAsync(cluster, lab, asked.Id, holder) is { } taken; holder = taken)
            {
                await Task.Delay(random.Next(cluster.IsReal ? 3000 : 600));
                await lab.KillAsync();
                NodeMaintenanceRun killed = await lab.ReadAsync(asked.Id);
                told.Add($"{killed.Status} {killed.Completed} of {killed.Nodes.Count}");
                if (killed.EndedAt is null)
                    kills++;
                Note(killed, drained, told);
                await lab.ServeAsync();
            }

            await AssertCompletedAsync(cluster, lab, await lab.WaitAsync(asked.Id), drained, told);
            await cluster.AssertBackInServiceAsync(nodes);
        } while (kills < Kills);

        output.WriteLine($"{backend}: {kills} kills in {runs} maintenances of {Fleet} nodes.");
    }

    // The next server that works on the run; null where the run has ended.
    private static async Task<string?> TakenOverAsync(TestCluster cluster, DetachedLab lab, string id, string before)
    {
        JsonNode? status = await Eventually.GetAsync(
            "a server at work",
            async () => (await cluster.SendAsync("GET", $"{lab.Requests}/{id}")).Json["status"],
            one => one?["endedAt"] is not null || ((string?)one?["holder"] is { Length: > 0 } holder && holder != before)
        );
        return status!["endedAt"] is null ? (string?)status["holder"] : null;
    }

    // What has ended keeps its times, however often it is looked at again.
    private static void Note(NodeMaintenanceRun killed, Dictionary<string, DateTimeOffset> drained, List<string> told)
    {
        foreach (NodeMaintenanceResult node in killed.Nodes)
        {
            if (node.Steps.FirstOrDefault(static one => one is { Name: "Drain", EndedAt: not null }) is { } done)
                Assert.True(
                    drained.TryAdd(node.NodeUid, done.StartedAt) || drained[node.NodeUid] == done.StartedAt,
                    $"{node.Node} was drained again: {string.Join(", ", told)}"
                );
        }
    }

    private static async Task AssertCompletedAsync(
        TestCluster cluster,
        DetachedLab lab,
        NodeMaintenanceRun run,
        Dictionary<string, DateTimeOffset> drained,
        List<string> told
    )
    {
        Assert.True(
            run is { Status: NodeMaintenanceRunStatus.Completed, IsDetached: true, Completed: Fleet },
            $"{string.Join(", ", told)}; {run.Describe()}"
        );
        foreach (NodeMaintenanceResult node in run.Nodes)
        {
            Assert.True(
                node.Steps.Select(static step => step.Name).Distinct().Count() == node.Steps.Count,
                $"{node.Node}: {string.Join(", ", node.Steps.Select(static step => step.Name))}"
            );
            if (drained.TryGetValue(node.NodeUid, out DateTimeOffset at))
                Assert.Equal(at, node.Steps.Single(static step => step.Name == "Drain").StartedAt);
        }

        // The run's own record ends first, then the request's status.
        JsonNode? status = await Eventually.GetAsync(
            "the end in the request",
            async () => (await cluster.SendAsync("GET", $"{lab.Requests}/{run.Id}")).Json["status"],
            static one => one?["endedAt"] is not null
        );
        Assert.Equal(("Completed", Fleet, Fleet), ((string?)status!["phase"], (int)status["completed"]!, (int)status["total"]!));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_detached_drain_shows_its_blockers_and_keeps_the_cordon(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, speed: 5, quickLeases: true);
        await using DetachedLab lab = await DetachedLab.StartAsync(cluster);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        await cluster.AddReplicaSetAsync("web", 2, workload => workload["spec"]!["template"]!["spec"]!["nodeName"] = nodes[0]);
        await cluster.AddBudgetAsync("guard", "web", "minAvailable", 2, allows: 0);
        await lab.ServeAsync();

        NodeMaintenanceRun asked = await lab.SubmitAsync([nodes[0]], isDrain: true);
        Assert.Equal((NodeMaintenanceRunStatus.Pending, "Drain", true), (asked.Status, asked.Type, asked.IsDetached));
        NodeMaintenanceRun blocked = await Eventually.GetAsync(
            "a blocker",
            () => lab.ReadAsync(asked.Id),
            static run => run.Blockers.Count > 0
        );
        Assert.Contains(
            blocked.Blockers,
            one => one.Contains(nodes[0], StringComparison.Ordinal) && one.Contains($"{cluster.Namespace}/guard", StringComparison.Ordinal)
        );
        await cluster.DeleteBudgetAsync("guard");
        // Its successors come back to the node by their template; without an owner none does.
        await cluster.Client.DeleteAsync(
            Resources.ReplicaSets,
            "web",
            cluster.Namespace,
            new() { PropagationPolicy = "Background" },
            default
        );
        NodeMaintenanceRun run = await lab.WaitAsync(asked.Id);

        Assert.True(run.Status == NodeMaintenanceRunStatus.Completed, run.Describe());
        Assert.Empty(run.Blockers);
        Assert.True((await cluster.GetAsync(Resources.Nodes, nodes[0])).Spec.Unschedulable);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_detached_run_can_be_stopped_from_any_session_and_resumed(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, speed: 5, quickLeases: true);
        await using DetachedLab lab = await DetachedLab.StartAsync(cluster);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        await cluster.AddPodAsync("held", nodes[0], static pod => pod["metadata"]!["labels"] = new JsonObject { ["app"] = "held" });
        await cluster.AddBudgetAsync("never", "held", "minAvailable", 1, allows: 0);
        await lab.ServeAsync();
        NodeMaintenanceRun asked = await lab.SubmitAsync(nodes, new() { Drain = new() { DeleteUnmanagedPods = true } });
        await Eventually.GetAsync(
            "a run",
            () => lab.ReadAsync(asked.Id),
            static run => run.Status == NodeMaintenanceRunStatus.Running && run.Blockers.Count > 0
        );
        NodeManagerSession elsewhere = await cluster.ConnectAsync();

        Assert.True(await MaintenanceStopper.StopAsync(elsewhere, asked.Id, cluster.Namespace, default));

        NodeMaintenanceRun stopped = await lab.ReadAsync(asked.Id);
        Assert.True(stopped.Status == NodeMaintenanceRunStatus.Interrupted, stopped.Describe());
        Assert.Contains(asked.Id, stopped.ResumeCommand, StringComparison.Ordinal);
        await cluster.DeleteBudgetAsync("never");
        MaintenanceOutcome resumed = await cluster.RunAsync(new MaintenanceRequest { ResumeId = asked.Id, Namespace = cluster.Namespace });
        Assert.True(resumed.Run.Status == NodeMaintenanceRunStatus.Completed, resumed.Run.Describe());
        await MaintenanceRemover.RemoveAsync(elsewhere, asked.Id, cluster.Namespace, false, default);
        Assert.Equal(HttpStatusCode.NotFound, (await cluster.SendAsync("GET", $"{lab.Requests}/{asked.Id}")).Code);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Without_a_server_that_renews_its_Lease_no_run_starts(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, speed: 10, quickLeases: true);
        NodeManagerSession session = await cluster.ConnectAsync();
        string node = await cluster.AddNodeAsync();
        MaintenanceRequest request = new() { Nodes = [node], Namespace = cluster.Namespace };

        // Not installed at all, as far as this namespace goes.
        Assert.Equal(
            ErrorIds.ServerNotRunning,
            (await Assert.ThrowsAsync<NodeManagerException>(() => DetachedSubmitter.SubmitAsync(session, request, false, default))).ErrorId
        );
        await using DetachedLab lab = await DetachedLab.StartAsync(cluster);
        await lab.ServeAsync();
        NodeMaintenanceRun asked = await lab.SubmitAsync([node]);
        await lab.WaitAsync(asked.Id);
        await lab.KillAsync();
        // Its Lease names a holder still.
        Assert.Equal(
            ErrorIds.ServerNotRunning,
            (await Assert.ThrowsAsync<NodeManagerException>(() => DetachedSubmitter.SubmitAsync(session, request, false, default))).ErrorId
        );
        Assert.Single((await cluster.SendAsync("GET", lab.Requests)).Json["items"]!.AsArray());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Options_that_bypass_a_safeguard_are_refused(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, speed: 5, quickLeases: true);
        await using DetachedLab lab = await DetachedLab.StartAsync(cluster);
        string node = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync();
        MaintenanceRequest[] refused =
        [
            new()
            {
                Nodes = [node],
                Options = new() { Drain = new() { DisableEviction = true } },
            },
            new()
            {
                Nodes = [node],
                Options = new() { Drain = new() { ForceStuck = TimeSpan.FromMinutes(1) } },
            },
            new()
            {
                Nodes = [node],
                Options = new() { Drain = new() { OverrideBudgetAfter = TimeSpan.Zero } },
            },
            new() { Nodes = [node], WorkText = "Restart-Computer" },
            new() { Nodes = [] },
        ];
        foreach (MaintenanceRequest request in refused)
            Assert.Equal(
                ErrorIds.DetachInvalid,
                (
                    await Assert.ThrowsAsync<NodeManagerException>(() => DetachedSubmitter.SubmitAsync(session, request, false, default))
                ).ErrorId
            );

        await cluster.AddPodAsync("held", node, static pod => pod["metadata"]!["labels"] = new JsonObject { ["app"] = "held" });
        await cluster.AddBudgetAsync("never", "held", "minAvailable", 1, allows: 0);
        await lab.ServeAsync();
        // By hand, with fields that do not exist.
        WireAnswer made = await cluster.SendAsync(
            "POST",
            lab.Requests,
            Of(
                "by-hand",
                $$"""{"type":"Drain","nodes":[{"name":"{{node}}"}],"script":"rm -rf /","drain":{"deleteUnmanagedPods":true,"disableEviction":true,"overrideBudgetAfter":"0s","forceStuck":"0s"} }"""
            )
        );
        Assert.True(made.Code == HttpStatusCode.Created, made.Text);
        Assert.DoesNotContain("disableEviction", made.Json["spec"]!.ToJsonString(), StringComparison.Ordinal);
        NodeMaintenanceRun held = await Eventually.GetAsync(
            "a blocker",
            () => lab.ReadAsync("by-hand"),
            static run => run.Blockers.Count > 0 || run.EndedAt is not null
        );
        Assert.True(held.EndedAt is null, held.Describe());
        Assert.Null((await cluster.GetAsync(Resources.Pods, "held")).Metadata.DeletionTimestamp);
        Assert.Equal(NodeMaintenanceRunStatus.Running, held.Status);

        foreach (
            string broken in (string[])
                [
                    """{"type":"Reboot","nodes":[{"name":"a"}]}""",
                    """{"type":"Drain","nodes":[]}""",
                    """{"type":"Drain"}""",
                    """{"type":"Drain","nodes":[{"name":"a"}],"drain":{"timeoutSeconds":-1}}""",
                ]
        )
        {
            WireAnswer answer = await cluster.SendAsync("POST", lab.Requests, Of("broken", broken));
            Assert.True(answer.Code == HttpStatusCode.UnprocessableEntity, $"{broken}: {answer.Text}");
        }
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_missing_node_or_an_invalid_window_fails_with_the_reason(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, speed: 5, quickLeases: true);
        await using DetachedLab lab = await DetachedLab.StartAsync(cluster);
        string node = await cluster.AddNodeAsync();
        await lab.ServeAsync();
        (string Name, string Spec, string Says)[] cases =
        [
            ("gone", """{"type":"Maintenance","nodes":[{"name":"no-such-node"}]}""", "no-such-node"),
            ("other", $$"""{"type":"Maintenance","nodes":[{"name":"{{node}}","uid":"another"}]}""", node),
            ("drain-gone", """{"type":"Drain","nodes":[{"name":"no-such-node"}]}""", "1 of 1 nodes"),
            ("window", $$"""{"type":"Drain","nodes":[{"name":"{{node}}"}],"windows":["whenever"]}""", "whenever"),
        ];
        foreach ((string name, string spec, _) in cases)
        {
            WireAnswer made = await cluster.SendAsync("POST", lab.Requests, Of(name, spec));
            Assert.True(made.Code == HttpStatusCode.Created, made.Text);
        }

        foreach ((string name, _, string says) in cases)
        {
            NodeMaintenanceRun run = await lab.WaitAsync(name);
            Assert.True(
                run.Status == NodeMaintenanceRunStatus.Failed && run.Message.Contains(says, StringComparison.Ordinal),
                $"{name}: {run.Describe()}"
            );
        }

        Node untouched = await cluster.GetAsync(Resources.Nodes, node);
        Assert.NotEqual(true, untouched.Spec.Unschedulable);
    }

    private static string Of(string name, string spec) =>
        $$"""{"apiVersion":"nodemanager.io/v1alpha1","kind":"NodeMaintenanceRequest","metadata":{"name":"{{name}}"},"spec":{{spec}} }""";
}
