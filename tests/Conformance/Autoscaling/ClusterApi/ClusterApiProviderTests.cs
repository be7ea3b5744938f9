using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Machines;

namespace NodeManager.Conformance.Autoscaling.ClusterApi;

/// <summary>The provider of Cluster API, over controllers that scale as Cluster API's own do.</summary>
public sealed class ClusterApiProviderTests
{
    private const string MachineDeployment = nameof(MachineDeployment),
        MachineSet = nameof(MachineSet);

    [SkippableTheory]
    [AllBackends(MachineDeployment)]
    [AllBackends(MachineSet)]
    public async Task A_claim_gets_one_Machine_and_only_that_one_is_removed(string backend, string kind)
    {
        await using ClusterApiLab lab = await ClusterApiLab.StartAsync(backend, kind, replicas: 2);
        string[] others = [.. (await lab.MachinesAsync())[""]];
        IMachineProvider provider = lab.Open();

        MachineResult[] made = await Task.WhenAll(
            ((string[])["a", "b", "c"]).Select(claim => provider.ProvisionAsync(ClusterApiLab.Request(claim), default))
        );
        Assert.All(made, static one => Assert.True(one.Outcome == MachineOutcome.Succeeded, one.Reason));
        Assert.Equal(made[0].Machine!.ProviderId, (await provider.ProvisionAsync(ClusterApiLab.Request("a"), default)).Machine!.ProviderId);
        Assert.Equal(5, await lab.ReplicasAsync());
        ILookup<string, string> machines = await lab.MachinesAsync();
        Assert.All(((string[])["a", "b", "c"]), claim => Assert.Single(machines[claim]));
        Assert.Equal(others.Order(), machines[""].Order());

        Machine b = made[1].Machine!;
        Assert.Equal(MachineOutcome.Refused, (await provider.DeprovisionAsync(new("example://other", b.Name, "b"), default)).Outcome);
        MachineResult removed = await provider.DeprovisionAsync(new(b.ProviderId, b.Name, "b"), default);

        Assert.True(removed.Outcome is MachineOutcome.Succeeded or MachineOutcome.NotFound, removed.Reason);
        await lab.WaitSettledAsync();
        Assert.Equal(4, await lab.ReplicasAsync());
        Assert.Equal([b.Name], lab.Api.Chosen);
        Assert.Equal(MachineOutcome.NotFound, (await provider.GetAsync(new(b.ProviderId, b.Name, "b"), default)).Outcome);
        Assert.Equal(["a", "c"], (await provider.ListAsync(default)).Machines.Select(static one => one.ClaimUid).Order());
        // Nothing of the claim is left on the owner.
        Assert.DoesNotContain("/b\"", (await lab.Api.GetAsync(lab.Plural, "workers")).ToJsonString(), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends(MachineDeployment)]
    public async Task A_server_with_v1beta1_only_is_supported(string backend, string kind)
    {
        Skip.If(backend == Backend.Real, "The tests of a real server share its definitions, which have both versions.");
        await using ClusterApiLab lab = await ClusterApiLab.StartAsync(backend, kind, replicas: 0, "v1beta1");

        MachineResult made = await lab.Open().ProvisionAsync(ClusterApiLab.Request("a"), default);

        Assert.True(made.Outcome == MachineOutcome.Succeeded, made.Reason);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_replaced_Machine_is_adopted_by_the_same_claim(string backend)
    {
        await using ClusterApiLab lab = await ClusterApiLab.StartAsync(backend, MachineDeployment, replicas: 1);
        IMachineProvider provider = lab.Open();
        Machine first = (await provider.ProvisionAsync(ClusterApiLab.Request("a"), default)).Machine!;

        // A rollout replaces both Machines.
        await lab.Api.PatchAsync(
            lab.Plural,
            "workers",
            new() { ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = new JsonObject { ["version"] = "v1.31.0" } } } }
        );
        Machine second = await Eventually.GetAsync(
            "the replacement",
            async () => (await provider.ListAsync(default)).Machines.Single(),
            one => one.ProviderId.StartsWith("example:", StringComparison.Ordinal) && one.Name != first.Name
        );
        await lab.WaitSettledAsync();

        Assert.Equal(("a", 2), (second.ClaimUid, await lab.ReplicasAsync()));
        Assert.True(provider.ReplacesMachines);
        Assert.Equal(second.ProviderId, (await provider.GetAsync(new(null, first.Name, "a"), default)).Machine!.ProviderId);
        Assert.Equal(MachineOutcome.NotFound, (await provider.GetAsync(new(first.ProviderId, first.Name, "a"), default)).Outcome);
        Assert.Equal(MachineOutcome.Refused, (await provider.DeprovisionAsync(new(first.ProviderId, first.Name, "a"), default)).Outcome);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_number_of_another_client_is_neither_followed_nor_lowered(string backend)
    {
        await using ClusterApiLab lab = await ClusterApiLab.StartAsync(backend, MachineSet, replicas: 1);
        IMachineProvider provider = lab.Open();
        Assert.Equal(MachineOutcome.Succeeded, (await provider.ProvisionAsync(ClusterApiLab.Request("a"), default)).Outcome);

        await lab.ScaleAsync(4);
        Assert.Equal(MachineOutcome.Succeeded, (await provider.ProvisionAsync(ClusterApiLab.Request("b"), default)).Outcome);
        Assert.Equal(5, await lab.ReplicasAsync());
        await lab.WaitSettledAsync();

        // Lowered while a claim waits for its Machine.
        lab.Simulated.IsStuck = true;
        IMachineProvider hasty = lab.Open(wait: "1s");
        Assert.Equal(MachineOutcome.Pending, (await hasty.ProvisionAsync(ClusterApiLab.Request("c"), default)).Outcome);
        await lab.ScaleAsync(5);
        lab.Simulated.IsStuck = false;
        MachineResult made = await provider.ProvisionAsync(ClusterApiLab.Request("c"), default);
        Assert.True(made.Outcome == MachineOutcome.Succeeded, made.Reason);
        ILookup<string, string> machines = await lab.MachinesAsync();
        Assert.All(((string[])["a", "b", "c"]), claim => Assert.Single(machines[claim]));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_paused_owner_is_not_changed(string backend)
    {
        await using ClusterApiLab lab = await ClusterApiLab.StartAsync(backend, MachineDeployment, replicas: 0);
        IMachineProvider provider = lab.Open(wait: "1s");
        await lab.Api.PatchAsync(lab.Plural, "workers", new() { ["spec"] = new JsonObject { ["paused"] = true } });

        MachineResult waiting = await provider.ProvisionAsync(ClusterApiLab.Request("a"), default);

        Assert.Equal(
            (MachineOutcome.Pending, $"MachineDeployment {lab.Cluster.Namespace}/workers is paused."),
            (waiting.Outcome, waiting.Reason)
        );
        Assert.Equal(0, await lab.ReplicasAsync());
        await lab.Api.PatchAsync(lab.Plural, "workers", new() { ["spec"] = new JsonObject { ["paused"] = null } });
        Assert.Equal(MachineOutcome.Succeeded, (await lab.Open().ProvisionAsync(ClusterApiLab.Request("a"), default)).Outcome);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task If_another_Machine_goes_the_number_is_restored(string backend)
    {
        await using ClusterApiLab lab = await ClusterApiLab.StartAsync(backend, MachineSet, replicas: 0);
        IMachineProvider provider = lab.Open();
        Machine a = (await provider.ProvisionAsync(ClusterApiLab.Request("a"), default)).Machine!;
        Assert.Equal(MachineOutcome.Succeeded, (await provider.ProvisionAsync(ClusterApiLab.Request("b"), default)).Outcome);
        await lab.WaitSettledAsync();
        lab.Simulated.IgnoresMarks = true;

        MachineResult result = await provider.DeprovisionAsync(new(a.ProviderId, a.Name, "a"), default);

        Assert.True(result.Outcome == MachineOutcome.Refused, result.Reason);
        Assert.Contains("instead of", result.Reason, StringComparison.Ordinal);
        Assert.Equal(2, await lab.ReplicasAsync());
        JsonNode kept = await lab.Api.GetAsync("machines", a.Name);
        Assert.Null(kept["metadata"]!["annotations"]!["cluster.x-k8s.io/delete-machine"]);
        // The other claim gets another Machine, and the removal succeeds once Cluster API respects the mark.
        lab.Simulated.IgnoresMarks = false;
        await lab.WaitSettledAsync();
        Assert.Equal(2, (await provider.ListAsync(default)).Machines.Count);
        result = await provider.DeprovisionAsync(new(a.ProviderId, a.Name, "a"), default);
        Assert.True(result.Outcome is MachineOutcome.Succeeded or MachineOutcome.NotFound, result.Reason);
        await lab.WaitSettledAsync();
        Assert.Single((await lab.MachinesAsync())["b"]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_mark_of_another_client_stops_the_removal(string backend)
    {
        await using ClusterApiLab lab = await ClusterApiLab.StartAsync(backend, MachineSet, replicas: 1);
        string other = Assert.Single((await lab.MachinesAsync())[""]);
        IMachineProvider provider = lab.Open();
        Machine a = (await provider.ProvisionAsync(ClusterApiLab.Request("a"), default)).Machine!;
        await lab.WaitSettledAsync();
        var mark = new JsonObject { ["cluster.x-k8s.io/delete-machine"] = "yes" };
        await lab.Api.PatchAsync("machines", other, new() { ["metadata"] = new JsonObject { ["annotations"] = mark } });

        MachineResult result = await provider.DeprovisionAsync(new(a.ProviderId, a.Name, "a"), default);

        Assert.True(result.Outcome == MachineOutcome.Refused, result.Reason);
        Assert.Equal(2, await lab.ReplicasAsync());
        Assert.Empty(lab.Api.Chosen);
        JsonNode kept = await lab.Api.GetAsync("machines", a.Name);
        Assert.Null(kept["metadata"]!["annotations"]!["cluster.x-k8s.io/delete-machine"]);
    }
}
