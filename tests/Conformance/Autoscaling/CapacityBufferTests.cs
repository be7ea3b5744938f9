using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>A running autoscaler keeps the room free that CapacityBuffers ask for, and tells so in their statuses.</summary>
[Collection(AutoscalerLab.InTurn)]
public sealed class CapacityBufferTests
{
    private const string Shapes = """{"shapes":[{"name":"one","cpuCores":2,"memoryMiB":4096}],"labels":{"buffered":"true"}}""";

    [SkippableTheory]
    [AllBackends]
    public async Task A_CapacityBuffer_adds_changes_and_removes_room(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 10);
        await NodeSmithDefinitions.InstallBuffersAsync(lab.Cluster);
        await lab.AddPoolAsync(template: Shapes, fields: "\"scaleDown\":{\"stabilizationWindow\":\"1s\"}");
        string buffers = $"/apis/autoscaling.x-k8s.io/v1beta1/namespaces/{lab.Namespace}/capacitybuffers";
        await lab.RunAsync();

        Assert.Equal(HttpStatusCode.Created, (await lab.Cluster.SendAsync("POST", buffers, Buffer(2).ToJsonString())).Code);
        JsonNode waiting = await StatusAsync("TargetNotFound");
        Assert.Equal(("False", 0), ((string?)Ready(waiting)["status"], (int?)waiting["replicas"]));
        Assert.Empty(await lab.ClaimsAsync());

        await CreateTemplateAsync(lab);
        JsonNode provisioned = await StatusAsync("Provisioned");
        Assert.Equal(
            ("True", 2, "chunk", "buffer.x-k8s.io/active-capacity"),
            (
                (string?)Ready(provisioned)["status"],
                (int?)provisioned["replicas"],
                (string?)provisioned["podTemplateRef"]!["name"],
                (string?)provisioned["provisioningStrategy"]
            )
        );
        Assert.Equal(2, (await lab.ClaimsAsync()).Count(AutoscalerLab.IsReady));

        // Three pods of more than half a machine each need three machines.
        await lab.Cluster.SendAsync("PATCH", buffers + "/spare", """{"spec":{"replicas":3}}""", "application/merge-patch+json");
        await lab.WaitForClaimsAsync("three ready claims", static all => all.Count(AutoscalerLab.IsReady) == 3);
        await Eventually.HoldsAsync(
            "3 replicas",
            async () => (int?)(await lab.Cluster.SendAsync("GET", buffers + "/spare")).Json["status"]?["replicas"] == 3
        );

        await lab.Cluster.SendAsync("DELETE", buffers + "/spare");
        await lab.WaitForClaimsAsync("no claims", static all => all.Count == 0);

        Task<JsonNode> StatusAsync(string reason) =>
            Eventually.GetAsync(
                $"a buffer with reason {reason}",
                async () => (await lab.Cluster.SendAsync("GET", buffers + "/spare")).Json["status"] ?? new JsonObject(),
                status => (string?)status["conditions"]?[0]?["reason"] == reason
            );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_bundled_definition_refuses_the_same_objects_as_the_published_one(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await NodeSmithDefinitions.InstallBuffersAsync(cluster);
        string buffers = $"/apis/autoscaling.x-k8s.io/v1beta1/namespaces/{cluster.Namespace}/capacitybuffers";
        foreach (
            (string spec, string field) in (IEnumerable<(string, string)>)
                [
                    ("""{"podTemplateRef":{"name":""},"replicas":1}""", "spec.podTemplateRef.name"),
                    ("""{"podTemplateRef":{"name":"a"},"replicas":-1}""", "spec.replicas"),
                    ("""{"scalableRef":{"kind":"Deployment"},"percentage":10}""", "spec.scalableRef.name"),
                    ("""{"scalableRef":{"kind":"Deployment","name":"a"},"limits":{"cpu":"much"}}""", "spec.limits.cpu"),
                ]
        )
        {
            WireAnswer answer = await cluster.SendAsync("POST", buffers, Buffer(1, JsonNode.Parse(spec)!.AsObject()).ToJsonString());
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Code);
            Assert.Contains(field, answer.Text, StringComparison.Ordinal);
        }

        WireAnswer made = await cluster.SendAsync(
            "POST",
            buffers,
            Buffer(1, JsonNode.Parse("""{"podTemplateRef":{"name":"a"},"limits":{"cpu":4,"memory":"1Gi"}}""")!.AsObject()).ToJsonString()
        );
        Assert.Equal(
            (HttpStatusCode.Created, "buffer.x-k8s.io/active-capacity"),
            (made.Code, (string?)made.Json["spec"]!["provisioningStrategy"])
        );
    }

    private static JsonNode Ready(JsonNode status) =>
        status["conditions"]!.AsArray().Single(static one => (string?)one!["type"] == "Ready")!;

    private static JsonObject Buffer(int replicas, JsonObject? spec = null) =>
        new()
        {
            ["apiVersion"] = "autoscaling.x-k8s.io/v1beta1",
            ["kind"] = "CapacityBuffer",
            ["metadata"] = new JsonObject { ["name"] = "spare" },
            ["spec"] =
                spec
                ?? new JsonObject
                {
                    ["podTemplateRef"] = new JsonObject { ["name"] = "chunk" },
                    ["replicas"] = replicas,
                },
        };

    private static async Task CreateTemplateAsync(AutoscalerLab lab)
    {
        WireAnswer answer = await lab.Cluster.SendAsync(
            "POST",
            $"/api/v1/namespaces/{lab.Namespace}/podtemplates",
            """
            {"apiVersion":"v1","kind":"PodTemplate","metadata":{"name":"chunk"},"template":{"metadata":{"labels":{"app":"chunk"}},
             "spec":{"nodeSelector":{"buffered":"true"},"containers":[{"name":"c","image":"registry.k8s.io/pause","resources":{"requests":{"cpu":"1200m","memory":"1Gi"}}}]}}}
            """
        );
        Assert.True(answer.Code == HttpStatusCode.Created, answer.Text);
    }
}
