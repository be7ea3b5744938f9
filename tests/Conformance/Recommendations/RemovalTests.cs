using System.Collections.Concurrent;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Conformance.Recommendations;

/// <summary>
/// Clusters made by chance: no recommended removal leaves a pod without a place, which is looked at by removing the nodes. As many clusters as
/// <c>NODEMANAGER_REMOVALS</c> says, 50 by default, from the seed that <c>NODEMANAGER_REMOVALS_SEED</c> says; on the real scheduler as many as
/// <c>NODEMANAGER_REAL_REMOVALS</c> says, 2 by default.
/// </summary>
public sealed class RemovalTests(ITestOutputHelper output)
{
    private static readonly int Clusters = ProofSize.Read("NODEMANAGER_REMOVALS", 50);
    private static readonly int RealClusters = ProofSize.Read("NODEMANAGER_REAL_REMOVALS", 2);
    private static readonly int FirstSeed = ProofSize.Read("NODEMANAGER_REMOVALS_SEED", 1);

    [Fact]
    public async Task After_recommended_removals_every_pod_still_fits()
    {
        ConcurrentBag<(int Removed, int Moved, IReadOnlyList<string> Faults)> trials = [];

        await Parallel.ForEachAsync(
            Enumerable.Range(FirstSeed, Clusters),
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (seed, _) =>
            {
                await using TestCluster cluster = await TestCluster.StartAsync(
                    seed % 4 == 0 ? Backend.OldSandbox : Backend.Sandbox,
                    workloads: true,
                    speed: 20
                );
                trials.Add(await RemovalTrial.RunAsync(cluster, seed));
            }
        );

        Judge([.. trials]);
    }

    [SkippableFact]
    public async Task After_recommended_removals_the_real_scheduler_places_every_pod()
    {
        Skip.If(ServerBinaries.FindWithControllers(out string reason) is null, reason);
        using ControlPlane plane = await ControlPlane.StartAsync();
        List<(int Removed, int Moved, IReadOnlyList<string> Faults)> trials = [];
        for (int seed = FirstSeed; seed < FirstSeed + RealClusters; seed++)
        {
            await using TestCluster cluster = await TestCluster.StartOnAsync(plane);
            trials.Add(await RemovalTrial.RunAsync(cluster, seed));
            foreach (Node node in (await cluster.Client.ListAsync(Resources.Nodes, new(), default)).Items)
                await cluster.Client.DeleteAsync(Resources.Nodes, node.Metadata.Name, null, new() { GracePeriodSeconds = 0 }, default);
        }

        Judge(trials);
    }

    private void Judge(IReadOnlyCollection<(int Removed, int Moved, IReadOnlyList<string> Faults)> trials)
    {
        output.WriteLine(
            $"{trials.Count} clusters, {trials.Count(static t => t.Removed > 0)} with removals: {trials.Sum(static t => t.Removed)} nodes, {trials.Sum(static t => t.Moved)} pods moved"
        );
        string[] faults = [.. trials.SelectMany(static t => t.Faults)];
        Assert.True(faults.Length == 0, $"{faults.Length} of {trials.Count}:\n{string.Join('\n', faults)}");
        Assert.True(trials.Count(static t => t.Removed > 0) >= trials.Count / 6, "Too few clusters had a removal: that shows little.");
    }
}
