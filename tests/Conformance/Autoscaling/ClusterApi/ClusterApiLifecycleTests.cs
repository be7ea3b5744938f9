using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Conformance.Autoscaling.ClusterApi;

/// <summary>The autoscaler over Cluster API: nodes come and go with Machines, and a rollout moves claims to the new ones.</summary>
[Collection(AutoscalerLab.InTurn)]
[Takes(15)]
public sealed class ClusterApiLifecycleTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task Claims_follow_a_rollout_and_go_with_their_own_Machines(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 4);
        await using SimulatedClusterApi api = await SimulatedClusterApi.StartAsync(lab.Cluster, "v1beta2", "v1beta1");
        api.RegistersNodes = true;
        await api.CreateOwnerAsync("MachineDeployment", "workers", 0);
        lab.Wrap = _ => Open(lab);
        await lab.AddPoolAsync(min: 2);
        await lab.RunAsync();
        List<NodeSmithClaim> before = await lab.WaitForClaimsAsync("two ready claims", static all => all.Count(AutoscalerLab.IsReady) == 2);
        string[] machines = [.. before.Select(static one => one.Status!.MachineName!).Order()];
        Assert.Equal(machines, (await api.ListAsync("machines")).Select(static one => (string)one["metadata"]!["name"]!).Order());
        Assert.Equal(machines, before.Select(static one => one.Status!.NodeName!).Order());

        await api.PatchAsync(
            "machinedeployments",
            "workers",
            new() { ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = new JsonObject { ["version"] = "v1.31.0" } } } }
        );
        List<NodeSmithClaim> after = await lab.WaitForClaimsAsync(
            "both claims on new Machines",
            all => all.Count(one => AutoscalerLab.IsReady(one) && !machines.Contains(one.Status!.NodeName)) == 2
        );
        Assert.Equal(before.Select(static one => one.Metadata.Uid).Order(), after.Select(static one => one.Metadata.Uid).Order());
        Assert.Equal(2, (int)(await api.GetAsync("machinedeployments", "workers"))["spec"]!["replicas"]!);

        int chosen = api.Chosen.Count;
        await lab.DeleteAsync(NodeSmithResources.Pools, "small");
        await lab.Cluster.WaitForGoneAsync(NodeSmithResources.Pools, "small");
        Assert.Equal(0, (int)(await api.GetAsync("machinedeployments", "workers"))["spec"]!["replicas"]!);
        Assert.Empty(await api.ListAsync("machines"));
        Assert.Equal(after.Select(static one => one.Status!.MachineName!).Order(), api.Chosen.Skip(chosen).Order());
        foreach (NodeSmithClaim claim in after)
            await lab.Cluster.WaitForGoneAsync(Resources.Nodes, claim.Status!.NodeName!);
    }

    internal static IMachineProvider Open(AutoscalerLab lab)
    {
        string spec = $$"""
            {
              "type": "clusterapi",
              "clusterapi": { "namespace": "{{lab.Namespace}}", "owners": [{ "kind": "MachineDeployment", "name": "workers" }] }
            }
            """;
        return MachineProviderRegistry
            .Shared.Find("clusterapi")!
            .Create(
                new("sim", lab.Namespace, JsonElement.Parse(spec), MachineCredentials.None)
                {
                    Owner = AutoscalerLab.Owner,
                    Cluster = lab.Cluster.Client,
                    Time = lab.Cluster.Time,
                }
            );
    }
}
