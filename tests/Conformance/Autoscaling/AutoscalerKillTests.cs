using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Operations;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>
/// From 0 to 30 nodes and back, while the autoscaler is killed at random moments, as often as <c>NODEMANAGER_AUTOSCALER_KILLS</c> says, 5 by
/// default: no machine is leaked or doubled, no limit exceeded, nothing foreign touched.
/// </summary>
public sealed class AutoscalerKillTests
{
    private const int Nodes = 30;
    private static readonly int Kills = ProofSize.Read("NODEMANAGER_AUTOSCALER_KILLS", 5);
    private static readonly int Seed = ProofSize.Read("NODEMANAGER_AUTOSCALER_SEED", 1);

    [Fact]
    public async Task After_any_kill_the_next_autoscaler_continues_without_leaks_or_duplicates()
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(Backend.Sandbox, speed: 30);
        Random random = new(Seed);
        await lab.AddPoolAsync(max: Nodes);
        await AddForeignAsync(lab);
        await using MachineLedger ledger = new(lab);
        List<string> told = [];

        lab.Wanted = Nodes;
        await RunAsync(lab, (Kills + 1) / 2, random, told);
        RunningOperation last = await lab.RunAsync();
        await lab.WaitForClaimsAsync(
            $"{Nodes} ready claims after {string.Join(", ", told)}",
            static all => all.Count(AutoscalerLab.IsReady) == Nodes
        );
        List<NodeSmithClaim> claims = await lab.ClaimsAsync();
        Assert.Equal(Nodes, claims.Count);
        Assert.Equal(
            claims.Select(static one => one.Metadata.Uid).Order(),
            (await lab.MachinesAsync()).Where(static one => one.Owner == "c/sim").Select(static one => one.ClaimUid).Order()
        );

        lab.Wanted = 0;
        await Task.Delay(random.Next(1500));
        await AutoscalerLab.StopAsync(last);
        await RunAsync(lab, Kills / 2, random, told);
        await lab.RunAsync();
        await lab.WaitForClaimsAsync($"no claims after {string.Join(", ", told)}", static all => all.Count == 0);

        Assert.Equal("foreign", Assert.Single(await lab.MachinesAsync()).ClaimUid);
        HashSet<string> left =
        [
            .. (await lab.Cluster.Client.ListAsync(Resources.Nodes, new(), default)).Items.Select(static one => one.Metadata.Name),
        ];
        Assert.Contains("foreign", left);
        Assert.DoesNotContain(left, static name => name.StartsWith("small-", StringComparison.Ordinal));
        Assert.Empty(ledger.Wrong);
        Assert.True(ledger.Most <= Nodes + 1, $"{ledger.Most - 1} machines at a time");
    }

    // Each run is killed; what it had sent may still be done.
    private static async Task RunAsync(AutoscalerLab lab, int kills, Random random, List<string> told)
    {
        for (int kill = 0; kill < kills; kill++)
        {
            KillSwitch? power = null;
            RunningOperation operation = await lab.RunAsync(inner => power = new(inner));
            int moment = 300 + random.Next(2200);
            await Task.Delay(moment);
            power!.Kill();
            operation.Cancel();
            await operation.Completion;
            List<NodeSmithClaim> claims = await lab.ClaimsAsync();
            told.Add($"{moment} ms: {claims.Count(AutoscalerLab.IsReady)} of {claims.Count} ready");
        }
    }

    // A machine of another cluster that uses the same provider, and a node that shows the pool's label.
    private static async Task AddForeignAsync(AutoscalerLab lab)
    {
        await lab.Cluster.CreateAsync(
            Resources.ConfigMaps,
            System
                .Text.Json.Nodes.JsonNode.Parse(
                    """
                    {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"machine.sim.foreign","labels":{"kubenodesmith.parawell.cloud/simulated-by":"sim"}},
                     "data":{"name":"foreign","description":"nodesmith: owner=other/sim claim=foreign id=foreign name=foreign state=complete"}}
                    """
                )!
                .AsObject()
        );
        await lab.Cluster.CreateAsync(
            Resources.Nodes,
            System
                .Text.Json.Nodes.JsonNode.Parse(
                    """{"apiVersion":"v1","kind":"Node","metadata":{"name":"foreign","labels":{"topology.kubenodesmith.io/pool":"small"}}}"""
                )!
                .AsObject()
        );
    }
}
