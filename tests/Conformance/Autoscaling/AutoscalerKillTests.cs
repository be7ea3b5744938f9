using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Operations;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>
/// From 0 to 30 nodes and back, while the autoscaler is killed at random moments, as often as <c>NODEMANAGER_AUTOSCALER_KILLS</c> says, 5 by
/// default: no machine is leaked or doubled, no limit exceeded, nothing foreign touched.
/// </summary>
public sealed class AutoscalerKillTests(ITestOutputHelper output)
{
    private const int Nodes = 30;
    private const string Two = """{"name":"two","cpuCores":2,"memoryMiB":4096}""",
        Four = """{"name":"four","cpuCores":4,"memoryMiB":8192}""",
        Quad = """{"name":"quad","cpuCores":4,"memoryMiB":8192}""";
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

    /// <summary>Nodes with one pod each are replaced because of their template, their age or their price, while 30 % of the provider's calls fail.</summary>
    [Theory]
    [InlineData(AutoscalerReason.Drifted, Quad, true, """{"replaceDrifted":true,"budgets":[{"nodes":"3"}]}""")]
    [InlineData(AutoscalerReason.Expired, Four, true, """{"expireAfter":"24h","budgets":[{"nodes":"3"}]}""")]
    [InlineData(
        AutoscalerReason.Underutilized,
        Two + "," + Four,
        false,
        """{"stabilizationWindow":"1s","consolidation":{"mode":"SingleNode","replace":true}}"""
    )]
    public async Task After_any_kill_each_node_is_replaced_once(string reason, string shapes, bool isMinimum, string scaleDown)
    {
        int count = Math.Max(8, Kills),
            minimum = isMinimum ? count : 0;
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(Backend.Sandbox, speed: 30);
        Random random = new(Seed);
        await lab.AddPoolAsync(
            min: count,
            max: count + 3,
            template: $"{{\"shapes\":[{Four}]}}",
            fields: "\"registrationTimeout\":\"24h\",\"price\":{\"currency\":\"EUR\",\"perCoreHour\":\"0.1\"}"
        );
        await using MachineLedger ledger = new(lab);
        List<string> told = [];
        await AutoscalerLab.StopAsync(await ReadyAsync(lab, count, _ => true, told));
        List<NodeSmithClaim> old = await lab.ClaimsAsync();
        await AddOnePodPerNodeAsync(lab, count);
        await AgeAsync(lab, old);
        await lab.PatchAsync(
            NodeSmithResources.Pools,
            "small",
            $"{{\"spec\":{{\"limits\":{{\"minNodes\":{minimum}}},\"scaleDown\":{scaleDown},\"machineTemplate\":{{\"shapes\":[{shapes}]}}}}}}"
        );

        Chance chance = new(Seed);
        lab.Wrap = inner => InterceptedProvider.Failing(inner, chance, 0.3);
        long start = Stopwatch.GetTimestamp();
        await RunAsync(lab, Kills, random, told);
        await ReadyAsync(lab, count, one => !old.Exists(other => other.Metadata.Uid == one.Metadata.Uid), told);
        output.WriteLine(
            $"{reason}: {count} nodes, {Kills} kills, {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s, {ledger.Most} machines at most"
        );

        List<NodeSmithClaim> claims = await lab.ClaimsAsync();
        Assert.All(claims, claim => Assert.Equal(reason, MachineReplacement.Of(claim)?.Reason));
        Assert.Equal(
            old.Select(static one => one.Metadata.Uid).Order(),
            claims.SelectMany(static one => MachineReplacement.Of(one)!.Claims.Keys).Order()
        );
        NodeSmithPool pool = await lab.Cluster.GetAsync(NodeSmithResources.Pools, "small");
        // A number may be reserved by a process that is killed before it creates the claim.
        Assert.InRange(pool.Status!.NextClaimSequence!.Value, (2 * count) + 1, (2 * count) + 1 + Kills);
        Assert.Equal(
            claims.Select(static one => one.Metadata.Uid).Order(),
            (await lab.MachinesAsync()).Select(static one => one.ClaimUid).Order()
        );
        await lab.Cluster.WaitForReadyPodsAsync("app=web", count);
        Assert.Empty(ledger.Wrong);
        Assert.True(ledger.Most <= count + 3, $"{ledger.Most} machines at a time");
    }

    private static async Task<RunningOperation> ReadyAsync(
        AutoscalerLab lab,
        int count,
        Func<NodeSmithClaim, bool> isWanted,
        List<string> told
    )
    {
        RunningOperation operation = await lab.RunAsync();
        await lab.WaitForClaimsAsync(
            $"{count} ready claims after {string.Join(", ", told)}",
            all => all.Count == count && all.TrueForAll(one => AutoscalerLab.IsReady(one) && isWanted(one))
        );
        return operation;
    }

    private static async Task AddOnePodPerNodeAsync(AutoscalerLab lab, int count)
    {
        JsonObject web = Manifests.Workload(
            "Deployment",
            "web",
            new Dictionary<string, string> { ["app"] = "web" },
            new Dictionary<string, string> { [NodeSmithNames.DefaultPoolLabelKey] = "small" },
            count
        );
        // A drain may start a rollout, whose additional pods would get machines.
        web["spec"]!["strategy"] = JsonNode.Parse("""{"rollingUpdate":{"maxSurge":0,"maxUnavailable":1}}""");
        JsonNode spec = web["spec"]!["template"]!["spec"]!;
        spec["terminationGracePeriodSeconds"] = 1;
        spec["containers"]![0]!["resources"] = JsonNode.Parse("""{"requests":{"cpu":"500m","memory":"256Mi"}}""");
        spec["affinity"] = JsonNode.Parse(
            """
            {"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
             [{"topologyKey":"kubernetes.io/hostname","labelSelector":{"matchLabels":{"app":"web"}}}]}}
            """
        );
        await lab.Cluster.CreateAsync(Resources.Deployments, web);
        await lab.Cluster.WaitForReadyPodsAsync("app=web", count);
    }

    private static async Task AgeAsync(AutoscalerLab lab, List<NodeSmithClaim> claims)
    {
        string created = (lab.Cluster.Time.GetUtcNow() - TimeSpan.FromHours(48)).ToString(
            "yyyy-MM-dd'T'HH:mm:ss'Z'",
            CultureInfo.InvariantCulture
        );
        foreach (NodeSmithClaim claim in claims)
            await lab.PatchAsync(
                NodeSmithResources.Claims,
                claim.Metadata.Name,
                $$$"""{"status":{"machineCreated":"{{{created}}}"}}""",
                "status"
            );
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
            await operation.Completion.WaitAsync(Eventually.Limit);
            List<NodeSmithClaim> claims = await lab.ClaimsAsync();
            told.Add($"{moment} ms: {claims.Count(AutoscalerLab.IsReady)} of {claims.Count} ready");
        }
    }

    // A machine of another cluster that uses the same provider, and a node that shows the pool's label.
    private static async Task AddForeignAsync(AutoscalerLab lab)
    {
        await lab.Cluster.CreateAsync(
            Resources.ConfigMaps,
            JsonNode
                .Parse(
                    """
                    {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"machine.sim.foreign","labels":{"kubenodesmith.parawell.cloud/simulated-by":"sim"}},
                     "data":{"name":"foreign","description":"nodesmith: owner=other/sim claim=foreign id=foreign name=foreign state=complete"}}
                    """
                )!
                .AsObject()
        );
        await lab.Cluster.CreateAsync(
            Resources.Nodes,
            JsonNode
                .Parse(
                    """{"apiVersion":"v1","kind":"Node","metadata":{"name":"foreign","labels":{"topology.kubenodesmith.io/pool":"small"}}}"""
                )!
                .AsObject()
        );
    }
}
