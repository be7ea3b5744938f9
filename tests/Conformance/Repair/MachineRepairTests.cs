using System.Net;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Rolling;
using NodeManager.Core.Machines;
using NodeManager.Core.Operations;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Monitoring.Repair;
using NodeManager.Monitoring.Repair.Execution;
using NodeManager.Testing;

namespace NodeManager.Conformance.Repair;

/// <summary>Repairs by restarting and replacing machines, through a simulated provider.</summary>
[Takes(90)]
public sealed class MachineRepairTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_restarted_machine_is_repaired_and_a_node_without_one_is_an_error(string backend)
    {
        await using RepairLab lab = await RepairLab.StartAsync(backend);
        await lab.AddProviderAsync();
        IReadOnlyList<string> nodes = await lab.Cluster.AddNodesAsync(3);
        string machine = await lab.AddMachineAsync("machine");
        await lab.BreakAsync(nodes[0]);
        await lab.BreakAsync(machine);
        string? before = (await lab.FindAsync(machine))!.Metadata.Uid;

        var results = await RepairLab.RunAsync(
            With(lab, NodeRepairAction.Restart) with
            {
                Policy = With(lab, NodeRepairAction.Restart).Policy with { MaxPerPool = 2 },
            }
        );

        (NodeRepairResult none, NodeManagerException? failure) = results[0];
        Assert.Equal(
            (nodes[0], NodeRepairStatus.Failed, NodeRepairReason.NoMachine, ErrorIds.NodeHasNoMachine),
            (none.Node, none.Status, none.Reason, failure!.ErrorId)
        );
        Assert.NotEqual(true, (await lab.FindAsync(nodes[0]))!.Spec.Unschedulable);
        NodeRepairResult repaired = results[1].Result;
        Assert.Equal(
            (machine, NodeRepairStatus.Repaired, "Drain, Restart", "sim/" + machine),
            (repaired.Node, repaired.Status, repaired.Steps.ToString(), repaired.Machine)
        );
        Node after = (await lab.FindAsync(machine))!;
        Assert.NotEqual(before, after.Metadata.Uid);
        Assert.NotEqual(true, after.Spec.Unschedulable);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_repair_skips_a_machine_that_a_MachineHealthCheck_covers_and_can_drain_its_node(string backend)
    {
        await using RepairLab lab = await RepairLab.StartAsync(backend);
        await lab.AddProviderAsync();
        await lab.Cluster.AddNodesAsync(1);
        string machine = await lab.AddMachineAsync("machine");
        await lab.BreakAsync(machine);
        lab.RepairedBy = "MachineHealthCheck capi/all (paused)";
        List<string> calls = lab.RecordCalls();

        (NodeRepairResult left, NodeManagerException? failure) = Assert.Single(
            await RepairLab.RunAsync(With(lab, NodeRepairAction.Restart, NodeRepairAction.Replace))
        );

        Assert.Equal((NodeRepairStatus.Skipped, NodeRepairReason.MachineHealthCheck), (left.Status, left.Reason));
        Assert.Null(failure);
        Assert.Contains($"{lab.RepairedBy} covers machine sim/{machine}", left.Message, StringComparison.Ordinal);
        Assert.NotEqual(true, (await lab.FindAsync(machine))!.Spec.Unschedulable);
        Assert.NotEmpty(calls);
        Assert.All(calls, static call => Assert.Equal("List", call));

        NodeRepairResult drained = await RepairLab.RunOneAsync(With(lab, NodeRepairAction.Drain));
        Assert.Equal((NodeRepairStatus.Drained, machine), (drained.Status, drained.Node));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_machine_that_a_restart_does_not_repair_is_replaced(string backend)
    {
        JumpingClock? clock = null;
        await using RepairLab lab = await RepairLab.StartAsync(backend, time: inner => clock = new(inner));
        await lab.AddProviderAsync();
        await lab.Cluster.AddNodesAsync(1);
        string machine = await lab.AddMachineAsync("machine");
        await lab.BreakAsync(machine);
        // It says that it restarted the machine, and nothing changes.
        List<string> calls = lab.RecordCalls(static call => call == "Restart" ? MachineResult.Success(null) : null);
        RepairRequest request = With(lab, NodeRepairAction.Restart, NodeRepairAction.Replace);
        Task<NodeRepairResult> running = RepairLab.RunOneAsync(request);

        // The time that the restart has passes immediately; that of the replacement, which begins with the next call, is the test's own.
        for (int jumps = 0; !running.IsCompleted && Passes(); jumps++)
        {
            try
            {
                await lab.Cluster.AnnotateAsync(Resources.Nodes, machine, "looked-at", $"{jumps}");
            }
            catch (KubernetesException gone) when (gone.Code == HttpStatusCode.NotFound)
            {
                // Its replacement has begun since.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        NodeRepairResult repaired = await running;

        Assert.Equal(NodeRepairStatus.Repaired, repaired.Status);
        Assert.Equal(("Drain, Restart, Replace", machine), (repaired.Steps.ToString(), repaired.Node));
        Assert.Equal(["Restart", "Deprovision", "Provision"], calls.Where(static call => call != "List"));
        await lab.Cluster.WaitForAsync(Resources.Nodes, machine, static node => node.Status.Conditions.IsTrue("Ready"));

        bool Passes()
        {
            lock (calls)
            {
                if (calls.Contains("Deprovision"))
                    return false;
                if (calls.Contains("Restart"))
                    clock!.Offset += request.Policy.EscalateAfter;
                return true;
            }
        }
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task The_machine_of_a_claim_is_replaced_by_the_autoscaler(string backend)
    {
        await using RollLab roll = await RollLab.StartAsync(backend, 2, allowed: 4);
        RepairLab lab = new(roll.Cluster, await roll.Cluster.ConnectAsync()) { Owner = AutoscalerLab.Owner };
        lab.UseProviders();
        List<string> calls = lab.RecordCalls();
        Node broken = (await roll.NodesAsync())[0];
        NodeSmithClaim owner = (await roll.Lab.ClaimsAsync()).Single(one => one.Status?.NodeName == broken.Metadata.Name);
        await lab.BreakAsync(broken.Metadata.Name);

        NodeRepairResult repaired = await RepairLab.RunOneAsync(With(lab, NodeRepairAction.Replace));

        Assert.True(repaired.Status == NodeRepairStatus.Repaired, $"{repaired.Status} {repaired.Reason}: {repaired.Message}");
        Assert.Equal("Drain, Replace", repaired.Steps.ToString());
        Assert.Contains(owner.Metadata.Name, repaired.Message, StringComparison.Ordinal);
        // The repair itself destroys and makes nothing.
        Assert.DoesNotContain(calls, static call => call is "Deprovision" or "Provision");
        IReadOnlyList<NodeSmithClaim> claims = await roll.Lab.WaitForClaimsAsync(
            "2 ready claims, another among them",
            all => all.Count(AutoscalerLab.IsReady) == 2 && all.All(one => one.Metadata.Uid != owner.Metadata.Uid)
        );
        Assert.Equal(2, claims.Count);
        await roll.Cluster.WaitForReadyPodsAsync("app=web", 4);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_provider_that_fails_leads_to_the_next_action_and_to_an_error_at_the_end(string backend)
    {
        await using RepairLab lab = await RepairLab.StartAsync(backend);
        await lab.AddProviderAsync();
        await lab.Cluster.AddNodesAsync(1);
        string machine = await lab.AddMachineAsync("machine");
        await lab.BreakAsync(machine);
        lab.Intercept = static call =>
            call is "Restart" or "Deprovision" ? MachineResult.Ended(MachineOutcome.Forbidden, "the token may not power machines") : null;

        (NodeRepairResult result, NodeManagerException? failure) = Assert.Single(
            await RepairLab.RunAsync(With(lab, NodeRepairAction.Restart, NodeRepairAction.Replace))
        );

        Assert.Equal(
            (NodeRepairStatus.Failed, NodeRepairReason.ProviderFailed, "Drain, Restart, Replace"),
            (result.Status, result.Reason, result.Steps.ToString())
        );
        Assert.Equal((ErrorIds.MachineOperationFailed, ErrorKind.PermissionDenied), (failure!.ErrorId, failure.Kind));
        Assert.Contains("the token may not power machines", result.Steps[1].Message, StringComparison.Ordinal);
        Assert.True((await lab.FindAsync(machine))!.Spec.Unschedulable);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task No_repair_starts_during_an_API_server_outage_and_running_repairs_continue_afterwards(string backend)
    {
        using CutNetwork network = new();
        await using RepairLab lab = await RepairLab.StartAsync(backend, network.Wrap);
        await lab.AddProviderAsync();
        IReadOnlyList<string> nodes = await lab.Cluster.AddNodesAsync(1);
        string machine = await lab.AddMachineAsync("machine");
        await lab.AddHeldPodAsync(machine);
        RepairRequest request = With(lab, NodeRepairAction.Restart);
        RunningOperation job = NodeRepairer.Start(
            request with
            {
                Policy = request.Policy with { EscalateAfter = TimeSpan.FromSeconds(5), MinHealthy = "0", MaxPerPool = 9 },
            }
        );
        await lab.BreakAsync(machine);
        await lab.WaitForCordonAsync(machine);

        // In the middle of the drain, which a PDB holds up; its time runs out meanwhile.
        network.Cut();
        await lab.BreakAsync(nodes[0]);
        await Task.Delay(TimeSpan.FromSeconds(7));
        string? uid = (await lab.FindAsync(machine))!.Metadata.Uid;
        Assert.Empty(job.Results);
        Assert.Null(await lab.ClaimOfAsync(nodes[0]));

        network.Restore();
        await Eventually.HoldsAsync(
            "the machine is restarted",
            async () => await lab.FindAsync(machine) is { } node && node.Metadata.Uid != uid && node.Status.Conditions.IsTrue("Ready")
        );
        await Eventually.HoldsAsync(
            "a result",
            () => Task.FromResult(job.Results.OfType<NodeRepairResult>().Any(one => one.Node == machine))
        );
        job.Cancel();
        Assert.Equal(OperationState.Cancelled, await job.Completion.WaitAsync(Eventually.Limit));
    }

    private static RepairRequest With(RepairLab lab, params NodeRepairAction[] actions)
    {
        RepairRequest request = RepairTests.Permissive(lab);
        return request with { Policy = request.Policy with { Actions = actions } };
    }
}
