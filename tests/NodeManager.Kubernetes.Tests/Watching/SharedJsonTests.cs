using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Tests.Watching;

/// <summary>Kinds of which thousands are kept are read as all others, with equal texts once.</summary>
public sealed class SharedJsonTests
{
    [Theory]
    [InlineData("")]
    [InlineData("amd64")]
    [InlineData("a \"quoted\" text\nof two lines")]
    [InlineData("Grüße, 世界 🌍")]
    [InlineData(
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
    )]
    public void A_shared_string_equals_the_received_one(string text)
    {
        string json = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = text,
                ["labels"] = new JsonObject
                {
                    ["k"] = text,
                    ["nothing"] = null,
                    [text + "-key"] = "v",
                },
            },
        }.ToJsonString();

        Node node = JsonSerializer.Deserialize(json, SharedJson.Default.Node)!;

        Assert.Equal(text, node.Metadata.Name);
        Assert.Equal(text, node.Metadata.Labels!["k"]);
        Assert.Null(node.Metadata.Labels["nothing"]);
        Assert.Equal("v", node.Metadata.Labels[text + "-key"]);
        Assert.Equal(
            JsonSerializer.Serialize(JsonSerializer.Deserialize(json, KubernetesJson.Default.Node)!, KubernetesJson.Default.Node),
            JsonSerializer.Serialize(node, SharedJson.Default.Node)
        );
    }

    [Fact]
    public void Equal_texts_are_one_string()
    {
        const string Text =
            """{"metadata":{"name":"n","labels":{"kubernetes.io/arch":"amd64"}},"status":{"nodeInfo":{"architecture":"amd64"}}}""";

        Node one = JsonSerializer.Deserialize(Text, SharedJson.Default.Node)!,
            two = JsonSerializer.Deserialize(Text, SharedJson.Default.Node)!;

        Assert.Same(one.Status.NodeInfo!.Architecture, two.Metadata.Labels!["kubernetes.io/arch"]);
        Assert.Same(one.Metadata.Labels!.Keys.Single(), two.Metadata.Labels!.Keys.Single());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("2026-11-21T12:00:00Z")]
    [InlineData("2026-11-21T12:00:00.1234567Z")]
    public void A_shared_time_equals_the_received_one(string? time)
    {
        DateTimeOffset? expected = time is null ? null : DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);

        Condition condition = JsonSerializer.Deserialize(
            new JsonObject { ["type"] = "Ready", ["lastTransitionTime"] = time }.ToJsonString(),
            KubernetesJson.Default.Condition
        )!;

        Assert.Equal(expected, condition.LastTransitionTime);
        Assert.Null(condition.LastHeartbeatTime);
    }
}
