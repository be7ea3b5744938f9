using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Decisions;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Faults;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Machines;
using NodeManager.Core.Operations;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>The autoscaler among what goes wrong: it converges, and asks providers for not much more than the failures make necessary.</summary>
public sealed class AutoscalerRoughTests(ITestOutputHelper output)
{
    private static readonly int Seed = ProofSize.Read("NODEMANAGER_AUTOSCALER_SEED", 1);
    private static readonly int Rounds = ProofSize.Read("NODEMANAGER_AUTOSCALER_ROUNDS", 2);

    [Fact]
    public async Task The_autoscaler_converges_despite_provider_failures_interrupted_watches_and_clock_jumps()
    {
        int calls = 0;
        double expected = 0;
        for (int seed = Seed; seed < Seed + Rounds; seed++)
        {
            (int made, double needed) = await ScaleAmongFailuresAsync(seed);
            output.WriteLine($"seed {seed}: {made} calls, {needed:0} expected, {made / needed:0.00}");
            calls += made;
            expected += needed;
        }

        output.WriteLine($"{Rounds} seeds: {calls} calls, {expected:0} expected, {calls / expected:0.000}");
        Assert.True(calls < 1.5 * expected, $"{calls} calls over {Rounds} seeds, {expected:0} expected");
    }

    /// <summary>From 0 to 20 nodes and back, among failures of everything.</summary>
    /// <returns>The calls that were made of the provider, and as many as are expected where that share of calls fails.</returns>
    private static async Task<(int Calls, double Expected)> ScaleAmongFailuresAsync(int seed)
    {
        const int nodes = 20;
        const double failing = 0.3;
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(Backend.Sandbox, speed: 60);
        await lab.AddPoolAsync(max: nodes, fields: "\"registrationTimeout\":\"24h\"");
        var chance = new Chance(seed);
        int calls = 0;
        lab.Wrap = inner => InterceptedProvider.Failing(inner, chance, failing, () => Interlocked.Increment(ref calls));
        var clock = new JumpingClock(lab.Cluster.Time);
        await using MachineLedger ledger = new(lab);
        // What fails is counted: the machines' own connection is well.
        using KubernetesClient machines = lab.Cluster.CreateClient();
        lab.MachineClient = machines;
        lab.Wanted = nodes;
        RoughConnection? rough = null;
        await lab.RunAsync(
            inner => rough = new(new ConflictingConnection(inner, chance)) { FailsEvery = 12, WatchLife = TimeSpan.FromMilliseconds(700) },
            clock
        );
        foreach (double hours in (double[])[1, -2, 5, 0])
        {
            await Task.Delay(400);
            clock.Offset = TimeSpan.FromHours(hours);
        }

        await lab.WaitForClaimsAsync("all ready", static all => all.Count(AutoscalerLab.IsReady) == nodes);
        lab.Wanted = 0;
        await lab.WaitForClaimsAsync("none left", static all => all.Count == 0);

        Assert.Empty(await lab.MachinesAsync());
        Assert.Empty(ledger.Wrong);
        Assert.True(ledger.Most <= nodes, $"{ledger.Most} machines at a time");
        Assert.True(rough!.Failures > 0);
        Assert.Equal(nodes, ledger.Made);
        return (calls, 2 * nodes / (1 - failing));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_put_off_the_next_plan()
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(Backend.Sandbox, speed: 60);
        await lab.AddPoolAsync(max: 2);
        var clock = new JumpingClock(lab.Cluster.Time) { Offset = TimeSpan.FromHours(12) };
        lab.Wanted = 2;
        await lab.RunAsync(time: clock);
        await lab.WaitForClaimsAsync("all ready", static all => all.Count(AutoscalerLab.IsReady) == 2);
        // Until nothing changes any more and plans are made by time alone.
        DateTimeOffset settled = clock.GetUtcNow() + TimeSpan.FromMinutes(1);
        await Eventually.HoldsAsync("later plan", () => Task.FromResult(lab.PlannedAt > settled));

        clock.Offset = TimeSpan.Zero;
        lab.Wanted = 0;
        await lab.WaitForClaimsAsync("none left", static all => all.Count == 0);
    }

    [Fact]
    public async Task A_clock_that_is_set_forward_does_not_end_the_scale_down_window()
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(Backend.Sandbox, speed: 60);
        await lab.AddPoolAsync(fields: "\"scaleDown\":{\"stabilizationWindow\":\"6m\"}");
        var clock = new JumpingClock(lab.Cluster.Time);
        lab.Wanted = 1;
        await lab.RunAsync(time: clock);
        await lab.WaitForClaimsAsync("ready", static all => all is [var only] && AutoscalerLab.IsReady(only));
        DateTimeOffset start = lab.Cluster.Time.GetUtcNow();
        lab.Wanted = null;
        DateTimeOffset wanted = clock.GetUtcNow();
        // By the rules: the node is empty, and has to be so for the window.
        await Eventually.HoldsAsync("plan by the rules", () => Task.FromResult(lab.PlannedAt > wanted));

        clock.Offset = TimeSpan.FromHours(3);
        List<NodeSmithClaim> left = await lab.WaitForClaimsAsync(
            "removal",
            static all => all is [] or [{ Metadata.DeletionTimestamp: not null }]
        );
        TimeSpan lasted = (left is [var leaving] ? leaving.Metadata.DeletionTimestamp!.Value : lab.Cluster.Time.GetUtcNow()) - start;
        // Times of objects have whole seconds.
        Assert.True(lasted >= TimeSpan.FromMinutes(6) - TimeSpan.FromSeconds(1), $"removed after {lasted}");
    }

    [Fact]
    public async Task Machines_that_never_register_and_nodes_that_never_become_ready_are_replaced()
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(Backend.Sandbox, speed: 60);
        await lab.AddPoolAsync(fields: "\"registrationTimeout\":\"20s\"");
        var seen = new Dictionary<string, int>();
        lab.Wrap = inner => new StubbornProvider(inner, lab, seen);
        lab.Wanted = 6;
        await lab.RunAsync();

        List<NodeSmithClaim> claims = await lab.WaitForClaimsAsync("all ready", static all => all.Count(AutoscalerLab.IsReady) == 6);

        Assert.Equal([1, 1, 2, 2, 2, 2], claims.Select(static one => one.Status!.LaunchAttempts!.Value).Order());
        Assert.Equal(6, (await lab.MachinesAsync()).Count);
        lab.Wanted = 0;
        await lab.WaitForClaimsAsync("none left", static all => all.Count == 0);
        Assert.Empty(await lab.MachinesAsync());
    }

    [Fact]
    public async Task One_of_two_instances_leads_and_the_other_takes_over()
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(Backend.Sandbox, speed: 30);
        await lab.AddPoolAsync();
        lab.Wanted = 4;
        int active = 0,
            most = 0;
        KillSwitch? power = null;
        RunningOperation first = await lab.RunAsync(inner => power = new(inner));
        await lab.WaitForClaimsAsync("first leads", static all => all.Count > 0);
        lab.Wrap = inner => new InterceptedProvider(
            inner,
            (_, _) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref active));
                return null;
            }
        );
        RunningOperation second = await lab.RunAsync();
        await lab.WaitForClaimsAsync("ready", static all => all.Count(AutoscalerLab.IsReady) == 4);
        // The second one has asked no provider for anything.
        Assert.Equal(0, most);
        Lease lease = await lab.Cluster.GetAsync(Resources.Leases, NodeSmithNames.LeaderLease);
        // What is written a moment after it was decided is all that a failover may lose.
        NodeManagerSession session = await lab.Cluster.ConnectAsync();
        await Eventually.HoldsAsync(
            "decisions written",
            async () =>
                (await DecisionReader.ReadAsync(session, lab.Namespace, default)).Any(static one =>
                    one is { Target: "claim/small-1", Decision: "Register" }
                )
        );

        power!.Kill();
        lab.Wanted = 6;
        await lab.WaitForClaimsAsync("taken over", static all => all.Count(AutoscalerLab.IsReady) == 6);
        Assert.NotEqual(
            lease.Spec.HolderIdentity,
            (await lab.Cluster.GetAsync(Resources.Leases, NodeSmithNames.LeaderLease)).Spec.HolderIdentity
        );
        Assert.True(most > 0);
        first.Cancel();
        await AutoscalerLab.StopAsync(second);

        IReadOnlyList<NodeScaleDecision> log = await DecisionReader.ReadAsync(session, lab.Namespace, default);
        Assert.Equal(2, log.Count(static one => one is { Target: "autoscaler", Decision: "Lead" }));
        Assert.Contains(log, static one => one is { Target: "claim/small-1", Decision: "Register" });
        // Nothing is noted twice in a row.
        foreach (IGrouping<(string, string), NodeScaleDecision> same in log.GroupBy(static one => (one.Pool, one.Target)))
            Assert.DoesNotContain(
                same.Zip(same.Skip(1)),
                static pair => pair.First.Decision == pair.Second.Decision && pair.First.Reason == pair.Second.Reason
            );
    }

    [Fact]
    public async Task Orphaned_machines_claims_and_nodes_are_collected()
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(Backend.Sandbox, speed: 30);
        await lab.AddPoolAsync();
        lab.Wanted = 3;
        RunningOperation run = await lab.RunAsync();
        List<NodeSmithClaim> claims = await lab.WaitForClaimsAsync("ready", static all => all.Count(AutoscalerLab.IsReady) == 3);
        await AutoscalerLab.StopAsync(run);
        (NodeSmithClaim lost, NodeSmithClaim cut, NodeSmithClaim bare) = (claims[0], claims[1], claims[2]);
        // A claim that was deleted without its finalizer, a machine that was destroyed, and both.
        await TearAsync(lab, lost);
        await DestroyAsync(lab, cut);
        // The state after a heartbeat that followed the release of the Lease: the claim has no holder.
        await lab.PatchAsync(
            NodeSmithResources.Claims,
            cut.Metadata.Name,
            """{"status":{"lease":{"lastHeartbeat":"2026-01-01T00:00:00Z"}}}""",
            "status"
        );
        await TearAsync(lab, bare);
        await DestroyAsync(lab, bare);
        await lab.Cluster.AnnotateAsync(Resources.Nodes, bare.Status!.NodeName!, "ready", "false");
        lab.Wanted = null;
        await lab.RunAsync();

        await Eventually.HoldsAsync("machine collected", async () => (await lab.MachinesAsync()).Count == 0);
        await lab.Cluster.WaitForGoneAsync(NodeSmithResources.Claims, cut.Metadata.Name);
        await lab.Cluster.WaitForGoneAsync(Resources.Nodes, bare.Status.NodeName!);
    }

    private static async Task TearAsync(AutoscalerLab lab, NodeSmithClaim claim)
    {
        await lab.PatchAsync(NodeSmithResources.Claims, claim.Metadata.Name, """{"metadata":{"finalizers":null}}""");
        await lab.DeleteAsync(NodeSmithResources.Claims, claim.Metadata.Name);
    }

    private static Task DestroyAsync(AutoscalerLab lab, NodeSmithClaim claim) =>
        lab.DeleteAsync(Resources.ConfigMaps, $"machine.sim.{claim.Status!.MachineName}");

    /// <summary>Some patches come too late.</summary>
    private sealed class ConflictingConnection(HttpMessageHandler inner, Chance chance) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.Method == HttpMethod.Patch && chance.Is(0.1)
                ? Fault
                    .Answer(System.Net.HttpStatusCode.Conflict, "Conflict")
                    .ApplyAsync(request, () => base.SendAsync(request, cancellationToken), cancellationToken)
                : base.SendAsync(request, cancellationToken);
    }

    /// <summary>Of the first attempts every third makes a machine without a node, and every third one whose node never becomes Ready.</summary>
    private sealed class StubbornProvider(IMachineProvider inner, AutoscalerLab lab, Dictionary<string, int> seen) : IMachineProvider
    {
        public async Task<MachineResult> ProvisionAsync(MachineRequest request, CancellationToken cancellationToken)
        {
            int number;
            lock (seen)
            {
                if (!seen.TryGetValue(request.ClaimUid, out number))
                    seen[request.ClaimUid] = number = seen.Count;
            }

            if (!request.IsFirstAttempt || number % 3 == 0)
                return await inner.ProvisionAsync(request, cancellationToken);
            if (number % 3 == 1)
            {
                await lab.Cluster.CreateAsync(
                    Resources.Nodes,
                    JsonNode
                        .Parse(
                            $$$"""{"apiVersion":"v1","kind":"Node","metadata":{"name":"{{{request.Name}}}","annotations":{"fake-kubelet/ready":"false"}},"spec":{"providerID":"simulated://sim/machines/{{{request.Name}}}"}}"""
                        )!
                        .AsObject()
                );
                return await inner.ProvisionAsync(request, cancellationToken);
            }

            return MachineResult.Success(
                new Machine
                {
                    Name = request.Name,
                    Provider = "sim",
                    ProviderId = $"simulated://sim/machines/{request.Name}",
                    Status = MachineStatus.Running,
                }
            );
        }

        public Task<MachineResult> DeprovisionAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
            inner.DeprovisionAsync(identity, cancellationToken);

        public Task<MachineResult> GetAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
            inner.GetAsync(identity, cancellationToken);

        public Task<MachineListResult> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

        public Task<MachineResult> RestartAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
            inner.RestartAsync(identity, cancellationToken);

        public void Dispose() => inner.Dispose();
    }
}
