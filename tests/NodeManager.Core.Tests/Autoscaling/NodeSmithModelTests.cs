using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;

namespace NodeManager.Core.Tests.Autoscaling;

/// <summary>Fields that these classes do not know survive a read, a change and a write.</summary>
public sealed class NodeSmithModelTests
{
    [Fact]
    public void Unknown_fields_survive_at_every_level()
    {
        const string json = """
            {"apiVersion":"kubenodesmith.parawell.cloud/v1alpha1","kind":"NodeSmithPool","metadata":{"name":"a"},"extra":1,
             "spec":{"future":{"a":[1]},"providerRef":"p","limits":{"minNodes":1,"maxNodes":2,"cpuCores":0,"memoryMiB":0,"gpus":3},
                     "machineTemplate":{"labels":{"a":"b"},"image":"x","shapes":[{"name":"s","cpuCores":2,"memoryMiB":4,"price":"0.1"}]},
                     "scaleUp":{"stabilizationWindow":"2m","step":2},"scaleDown":{"budgets":[{"nodes":"1","why":"x"}]}},
             "status":{"phase":"x","conditions":[{"type":"Ready","status":"True","reason":"A","message":"","lastTransitionTime":"2026-01-01T00:00:00+00:00","weight":1}]}}
            """;
        NodeSmithPool pool = JsonSerializer.Deserialize(json, NodeSmithJson.Default.NodeSmithPool)!;
        pool.Spec.Limits.MaxNodes = 7;

        JsonNode expected = JsonNode.Parse(json)!;
        expected["spec"]!["limits"]!["maxNodes"] = 7;
        Assert.True(JsonNode.DeepEquals(expected, JsonSerializer.SerializeToNode(pool, NodeSmithJson.Default.NodeSmithPool)));
    }

    [Fact]
    public void Settings_of_third_parties_and_of_Proxmox_keep_their_types()
    {
        const string json = """
            {"apiVersion":"kubenodesmith.parawell.cloud/v1alpha1","kind":"NodeSmithProvider","metadata":{"name":"a"},
             "spec":{"type":"proxmox","additionalSettings":{"x":{"y":[true]}},
                     "proxmox":{"endpoint":"https://a","vmIDRange":{"upper":200,"lower":100},"future":[1.50],"vmMemOverheadMiB":2048,
                                "vmOptions":[{"name":"sockets","value":1},{"name":"agent","value":true},{"name":"cpu","value":"host"}]}}}
            """;
        NodeSmithProvider provider = JsonSerializer.Deserialize(json, NodeSmithJson.Default.NodeSmithProvider)!;

        // To the byte: a type may read what no class here knows.
        Assert.Equal(
            JsonNode.Parse(json)!["spec"]!.ToJsonString(),
            JsonSerializer.Serialize(provider.Spec, NodeSmithJson.Default.NodeSmithProviderSpec)
        );
        Assert.Equal(("https://a", 2048), (provider.Spec.Describe().Target, provider.Spec.Describe().OverheadMiB));
    }
}
