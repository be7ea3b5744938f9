using System.Diagnostics;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Conformance.Maintenance;

/// <summary>
/// A maintenance of ten nodes on the real control plane, in a PowerShell that is killed with SIGKILL at a random moment; another one
/// continues. As many rounds as <c>NODEMANAGER_KILLS</c> says, one by default.
/// </summary>
[Takes(80)]
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Nodes = 10;
    private static readonly int Rounds = ProofSize.Read("NODEMANAGER_KILLS", 1);

    [SkippableFact]
    public async Task After_any_kill_the_next_process_completes_the_fleet_with_each_node_once()
    {
        Skip.If(PowerShellProgram.Missing is not null, PowerShellProgram.Missing);
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.Real, workloads: true, quickLeases: true);
        string kubeconfig = (await ControlPlane.GetAsync()).WriteKubeconfig("maintainer", "system:masters");
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(Nodes);
        await cluster.AddReplicaSetAsync("web", 20);
        await cluster.CordonAsync(nodes[^1]);
        for (int round = 0; round < Rounds; round++)
            output.WriteLine(await KillAndCarryOnAsync(cluster, kubeconfig, nodes));
    }

    private static async Task<string> KillAndCarryOnAsync(TestCluster cluster, string kubeconfig, IReadOnlyList<string> nodes)
    {
        string command = Command(cluster, kubeconfig, nodes);
        // From before the run is written to about its end.
        TimeSpan moment = TimeSpan.FromSeconds(10 * Random.Shared.NextDouble());
        using Process first = PowerShellProcess.Start(command);
        Task<string> said = first.StandardOutput.ReadToEndAsync();
        await first.StandardInput.WriteLineAsync("go");
        string connected = await first.StandardError.ReadLineAsync() ?? "";
        Assert.Equal("connected", connected);
        await Task.Delay(moment, TimeProvider.System);
        bool wasKilled = !first.HasExited;
        first.Kill();
        await first.WaitForExitAsync();
        await said;
        NodeManagerSession session = await cluster.ConnectAsync();
        // An earlier round's is over.
        NodeMaintenanceRun? killed = (await MaintenanceReader.ReadAsync(session, [], cluster.Namespace, 1, default)).FirstOrDefault(r =>
            r.EndedAt is null
        );
        DateTimeOffset resumedAt = TimeProvider.System.GetUtcNow();

        using Process second = PowerShellProcess.Start(command);
        Task<string> output = second.StandardOutput.ReadToEndAsync(),
            errors = second.StandardError.ReadToEndAsync();
        await second.StandardInput.WriteLineAsync("go");
        await second.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));

        NodeMaintenanceRun run = (await MaintenanceReader.ReadAsync(session, [], cluster.Namespace, 1, default))[0];
        string told =
            $"killed after {moment.TotalSeconds:0.0} s: {(killed is null ? wasKilled ? "no run yet" : "done" : string.Join(' ', killed.Nodes.Select(n => n.Status[0] + n.Step)))}";
        Assert.True(
            second.ExitCode == 0 && run.Status == NodeMaintenanceRunStatus.Completed,
            $"{told}\n{run.Describe()}\n{await output}\n{await errors}"
        );
        if (killed is not null)
            AssertNotTwice(killed, run, resumedAt, told);
        await AssertAsBeforeAsync(cluster, nodes, told);
        return told;
    }

    // What the killed process had done, the next one did not do again: a step keeps the time at which it was begun.
    private static void AssertNotTwice(NodeMaintenanceRun killed, NodeMaintenanceRun run, DateTimeOffset resumedAt, string told)
    {
        Assert.True(killed.Id == run.Id, told);
        foreach (NodeMaintenanceResult before in killed.Nodes)
        {
            NodeMaintenanceResult after = run.Nodes.Single(n => n.NodeUid == before.NodeUid);
            Assert.True(after.Status == NodeMaintenanceStatus.Completed, $"{told}: {after.Node} is {after.Status} {after.Error}");
            Assert.True(after.Steps.Select(s => s.Name).Distinct().Count() == after.Steps.Count, told);
            NodeMaintenanceStep? drained = before.Steps.SingleOrDefault(s => s is { Name: "Drain", EndedAt: not null });
            DateTimeOffset drain = after.Steps.Single(s => s.Name == "Drain").StartedAt;
            if (drained is not null)
                Assert.True(drain == drained.StartedAt, $"{told}: {after.Node} was drained again");
            else if (before.Status == NodeMaintenanceStatus.Pending)
                Assert.True(drain > resumedAt - TimeSpan.FromSeconds(1), $"{told}: {after.Node}");
        }
    }

    private static async Task AssertAsBeforeAsync(TestCluster cluster, IReadOnlyList<string> nodes, string told)
    {
        foreach (string name in nodes)
        {
            Node node = await cluster.GetAsync(Resources.Nodes, name);
            Assert.True(
                (node.Spec.Unschedulable == true) == (name == nodes[^1]),
                $"{told}: {name} is {(node.Spec.Unschedulable == true ? "" : "not ")}cordoned"
            );
            Assert.DoesNotContain(node.Metadata.Annotations ?? [], a => MaintenanceRuns.IsOfRun(a.Key));
        }
    }

    private static string Command(TestCluster cluster, string kubeconfig, IReadOnlyList<string> nodes) =>
        $$"""
            $ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; $WarningPreference = 'SilentlyContinue'
            Import-Module '{{PowerShellProcess.Root}}/NodeManager.psd1'
            $null = Connect-NodeManager -Kubeconfig '{{kubeconfig}}'
            $null = [Console]::In.ReadLine()
            [Console]::Error.WriteLine('connected')
            $run = Invoke-NodeMaintenance {{string.Join(
                ",",
                nodes
            )}} -Namespace {{cluster.Namespace}} -MaxUnavailable 3 -Timeout 2m -PassThru -Confirm:$false -ScriptBlock { Start-Sleep -Milliseconds 300 }
            $run | Format-List | Out-String
            if ($run.Status -ne 'Completed') { exit 1 }
            """;
}
