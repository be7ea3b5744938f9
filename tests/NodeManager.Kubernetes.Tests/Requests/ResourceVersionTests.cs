using System.Text.Json;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Tests.Requests;

public sealed class ResourceVersionTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("0012")]
    [InlineData("+7")]
    [InlineData(" 7")]
    [InlineData("7 ")]
    [InlineData("1,000")]
    [InlineData("-3")]
    [InlineData("9223372036854775807")]
    [InlineData("9223372036854775808")]
    [InlineData("not a number")]
    public void Any_version_is_returned_as_it_was(string? version)
    {
        ObjectMeta metadata = new() { ResourceVersion = "5" };
        metadata.ResourceVersion = version;
        Assert.Equal(version, metadata.ResourceVersion);

        Node node = new() { Metadata = metadata };
        string json = JsonSerializer.Serialize(node, KubernetesJson.Default.Node);
        Assert.Equal(version, JsonSerializer.Deserialize(json, KubernetesJson.Default.Node)!.Metadata.ResourceVersion);

        metadata.ResourceVersion = "5";
        Assert.Equal("5", metadata.ResourceVersion);
    }
}
