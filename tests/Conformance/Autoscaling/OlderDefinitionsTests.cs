using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.CustomResources;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>Definitions of an earlier release, or the original ones, do not have <c>status.machineName</c>: an API server drops what it does not know.</summary>
public sealed class OlderDefinitionsTests
{
    [Fact]
    public async Task A_node_is_found_without_the_machine_name_in_the_status_and_the_definitions_are_named_as_outdated()
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(Backend.Sandbox, speed: 10);
        await DropMachineNameAsync(lab.Cluster);
        await lab.AddPoolAsync(min: 1, fields: "\"registrationTimeout\":\"12h\"");

        await lab.RunAsync();

        NodeSmithClaim claim = Assert.Single(
            await lab.WaitForClaimsAsync("a ready claim", static all => all.Count == 1 && all.TrueForAll(AutoscalerLab.IsReady))
        );
        Assert.Null(claim.Status!.MachineName);
        Assert.Equal(claim.Metadata.Name, claim.Metadata.Annotations![NodeSmithNames.MachineAnnotation]);
        Assert.Equal(claim.Metadata.Name, (await lab.Cluster.GetAsync(Resources.Nodes, claim.Metadata.Name)).Metadata.Name);
        WireAnswer events = await lab.Cluster.SendAsync("GET", $"/api/v1/namespaces/{lab.Namespace}/events");
        JsonNode outdated = Assert.Single(events.Json["items"]!.AsArray(), static one => (string?)one!["reason"] == "DefinitionsOutdated")!;
        Assert.Contains("Install-NodeAutoscaler", (string?)outdated["message"], StringComparison.Ordinal);
    }

    private static async Task DropMachineNameAsync(TestCluster cluster)
    {
        string path = $"{CustomKind.Definitions}/nodesmithclaims.{NodeSmithNames.Group}";
        JsonNode definition = (await cluster.SendAsync("GET", path)).Json;
        JsonObject status = definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["status"]![
            "properties"
        ]!.AsObject();
        Assert.True(status.Remove("machineName"));
        WireAnswer answer = await cluster.SendAsync("PUT", path, definition.ToJsonString(), "application/json");
        Assert.True(answer.Code == HttpStatusCode.OK, answer.Text);
    }
}
