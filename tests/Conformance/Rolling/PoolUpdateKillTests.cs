using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.NodePools.Updates;
using NodeManager.NodePools.Updates.Options;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Conformance.Rolling;

/// <summary>
/// Thirty nodes are rolled while the process that does it is killed at random moments, as often as <c>NODEMANAGER_POOL_UPDATE_KILLS</c> says, 5 by
/// default: each pod moves at most once, the PDB is never violated, no machine is made twice.
/// </summary>
[Collection(AutoscalerLab.UpdatesInTurn)]
[Takes(40)]
public sealed class PoolUpdateKillTests(ITestOutputHelper output)
{
    private static readonly int Kills = ProofSize.Read("NODEMANAGER_POOL_UPDATE_KILLS", 5);
    private static readonly int Seed = ProofSize.Read("NODEMANAGER_POOL_UPDATE_SEED", 1);

    [SkippableTheory]
    [InlineData(Backend.Sandbox, 30)]
    [InlineData(Backend.Real, 12)]
    public async Task After_any_kill_the_next_process_continues_and_each_pod_moves_once(string backend, int inShort)
    {
        // On a real control plane a roll takes seconds a node: all of them where kills are asked for.
        int nodes = Environment.GetEnvironmentVariable("NODEMANAGER_POOL_UPDATE_KILLS") is null ? inShort : 30;
        await using RollLab lab = await RollLab.StartAsync(backend, nodes, allowed: 6, speed: 20);
        using PodLedger pods = await PodLedger.StartAsync(lab.Cluster, "web");
        await using MachineLedger machines = new(lab.Lab);
        PoolUpdateOptions options = new() { MaxSurge = "4" };
        Random random = new(Seed);
        await lab.RelabelAsync("b");
        int kills = 0,
            underWay = 0;
        for (; kills < Kills; kills++)
        {
            KillSwitch? power = null;
            NodeManagerSession session = await lab.Cluster.ConnectAsync(inner => power = new(inner));
            using CancellationTokenSource stop = new();
            Task<PoolUpdateOutcome> running = PoolUpdates.RunAsync(session, lab.Request(options), NullObserver.Instance, stop.Token);
            // So far it gets, whatever the machine's load, and the last kill comes before the end.
            int reached = Progress(await lab.ReadAsync()),
                goal = Math.Min(reached + random.Next(Math.Max(2, 2 * nodes / Kills)), nodes * (kills + 1) / (Kills + 2));
            await Task.WhenAny(
                running,
                lab.WaitForUpdateAsync($"{goal} nodes drained", update => Progress(update) >= goal || update.EndedAt is not null)
            );
            await Task.Delay(random.Next(lab.Cluster.IsReal ? 300 : 60));
            underWay += (await lab.ReadAsync())?.EndedAt is null ? 1 : 0;
            power!.Kill();
            await stop.CancelAsync();
            await Task.WhenAny(running);
            output.WriteLine($"killed: {RollLab.Count(await lab.ReadAsync())}");
        }

        PoolUpdateOutcome outcome = await lab.UpdateAsync(options);

        Assert.True(outcome.Update.Status == NodePoolUpdateStatus.Completed, RollLab.Describe(outcome.Update));
        List<Node> after = await lab.NodesAsync();
        Assert.True(after.Count == nodes, $"{nodes} nodes expected: {await DescribeAsync(lab, after)}");
        Assert.All(
            after,
            static one => Assert.True(one.Metadata.Labels!["tier"] == "b" && one.Spec.Unschedulable != true, one.Metadata.Name)
        );
        await lab.Cluster.WaitForReadyPodsAsync("app=web", 2 * nodes);
        Assert.True(pods.Count <= 4 * nodes, $"{pods.Count - (2 * nodes)} moves of {2 * nodes} pods");
        Assert.True(pods.FewestReady >= (2 * nodes) - 6, $"{pods.FewestReady} of {2 * nodes} pods were ready");
        List<NodeSmithClaim> claims = await lab.Lab.ClaimsAsync();
        Assert.Equal(nodes, claims.Count);
        Assert.Empty(machines.Wrong);
        Assert.True(machines.Most <= nodes + 4, $"{machines.Most} machines at a time");
        Assert.True(underWay > Kills / 2, $"{underWay} of {kills} kills came before the end");
        output.WriteLine(
            $"{kills} kills ({underWay} before the end), {pods.Count - (2 * nodes)} moves of {2 * nodes} pods, at least {pods.FewestReady} ready, {machines.Most} machines at most"
        );
    }

    private static async Task<string> DescribeAsync(RollLab lab, List<Node> nodes)
    {
        IEnumerable<string> claims = (await lab.Lab.ClaimsAsync()).Select(static one => $"{one.Metadata.Name} → {one.Status?.NodeName}");
        IEnumerable<string> found = nodes.Select(static one =>
            $"{one.Metadata.Name} ({one.Metadata.Labels!["tier"]}, created {one.Metadata.CreationTimestamp:T}, deleted {one.Metadata.DeletionTimestamp:T}, unschedulable: {one.Spec.Unschedulable})"
        );
        return string.Join("; ", found) + "; claims: " + string.Join(", ", claims);
    }

    private static int Progress(NodePoolUpdate? update) =>
        update?.Nodes.Count(static one =>
            one.Status is NodePoolUpdateNodeStatus.Drained or NodePoolUpdateNodeStatus.Removing or NodePoolUpdateNodeStatus.Removed
        ) ?? 0;
}
