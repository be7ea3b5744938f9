using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Machines;

namespace NodeManager.Conformance.Autoscaling.ClusterApi;

/// <summary>Machines that a MachineHealthCheck covers are repaired by it alone.</summary>
[Collection(AutoscalerLab.InTurn)]
public sealed class MachineHealthCheckTests
{
    [SkippableTheory]
    [AllBackends("v1beta1")]
    [AllBackends("v1beta2")]
    public async Task A_provider_names_the_check_that_covers_a_Machine(string backend, string version)
    {
        Skip.If(
            backend == Backend.Real && version == "v1beta1",
            "The tests of a real server share its definitions, which have both versions."
        );
        await using ClusterApiLab lab = await ClusterApiLab.StartAsync(
            backend,
            "MachineDeployment",
            replicas: 0,
            backend == Backend.Real ? [] : [version]
        );
        IMachineProvider provider = lab.Open();
        Machine made = (await provider.ProvisionAsync(ClusterApiLab.Request("a"), default)).Machine!;
        Assert.Equal("", await RepairerAsync());

        await lab.Api.CreateAsync("machinehealthchecks", Check("other", """{ "matchLabels": { "pool": "other" } }"""));
        Assert.Equal("", await RepairerAsync());

        await lab.Api.CreateAsync("machinehealthchecks", Check("all", "{}"));
        Assert.Equal($"MachineHealthCheck {lab.Cluster.Namespace}/all", await RepairerAsync());
        Assert.Equal(
            $"MachineHealthCheck {lab.Cluster.Namespace}/all",
            Assert.Single((await provider.ListAsync(default)).Machines).RepairedBy
        );

        async Task<string> RepairerAsync() => (await provider.GetAsync(new(made.ProviderId, made.Name, "a"), default)).Machine!.RepairedBy;
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_check_of_a_Machine_repairs_a_claim_without_a_node_also_while_it_is_paused(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 4);
        await using SimulatedClusterApi api = await SimulatedClusterApi.StartAsync(lab.Cluster, "v1beta2", "v1beta1");
        await api.CreateAsync("machinehealthchecks", Check("all", "{}"));
        await api.CreateOwnerAsync("MachineDeployment", "workers", 0);
        lab.Wrap = _ => ClusterApiLifecycleTests.Open(lab);
        // No Machine registers a node.
        await lab.AddPoolAsync(min: 1, fields: "\"registrationTimeout\":\"4s\"");
        await lab.RunAsync();

        NodeSmithClaim left = (
            await lab.WaitForClaimsAsync(
                "a claim that is left to the check",
                static all => all.Exists(static one => AutoscalerLab.Reason(one, NodeSmithConditions.Registered) == "MachineHealthCheck")
            )
        ).Single();
        Assert.Contains($"MachineHealthCheck {lab.Namespace}/all repairs it.", MessageOf(left), StringComparison.Ordinal);
        await api.PatchAsync(
            "machinehealthchecks",
            "all",
            new() { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["cluster.x-k8s.io/paused"] = "true" } } }
        );
        left = (
            await lab.WaitForClaimsAsync(
                "a claim that is left to the paused check",
                static all => all.Exists(static one => MessageOf(one).Contains("/all (paused) repairs it.", StringComparison.Ordinal))
            )
        ).Single();
        string machine = left.Status!.MachineName!;
        Assert.Equal(1, left.Status.LaunchAttempts);
        Assert.Empty(api.Chosen);
        Assert.Equal([machine], (await api.ListAsync("machines")).Select(static one => (string)one["metadata"]!["name"]!));

        // Without the check, the time-out of the claim counts.
        await api.DeleteAsync("machinehealthchecks", "all");
        await lab.WaitForClaimsAsync("the next attempt", static all => all.Exists(static one => one.Status?.LaunchAttempts > 1));
        Assert.Equal(machine, api.Chosen.First());
    }

    private static string MessageOf(NodeSmithClaim claim) =>
        claim.Status?.Conditions?.Find(static one => one.Type == NodeSmithConditions.Registered)?.Message ?? "";

    private static JsonObject Check(string name, string selector) =>
        new()
        {
            ["kind"] = "MachineHealthCheck",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject { ["clusterName"] = "workload", ["selector"] = JsonNode.Parse(selector) },
        };
}
