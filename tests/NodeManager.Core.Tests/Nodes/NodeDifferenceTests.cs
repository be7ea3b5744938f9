using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Core.Tests.Nodes;

public sealed class NodeDifferenceTests
{
    private const string Key = "node-role.kubernetes.io/control-plane";

    [Theory]
    [InlineData(null, "", $"Labels[{Key}]: (absent) -> \"\"")]
    [InlineData("", null, $"Labels[{Key}]: \"\" -> (absent)")]
    [InlineData(null, "x", $"Labels[{Key}]: (absent) -> x")]
    [InlineData("", "x", $"Labels[{Key}]: \"\" -> x")]
    [InlineData("x", "", $"Labels[{Key}]: x -> \"\"")]
    [InlineData("", "", "")]
    [InlineData(null, null, "")]
    public void An_absent_label_is_not_an_empty_one(string? before, string? after, string description)
    {
        Assert.Equal(description, NodeEditor.Describe(Node(labels: before), Node(labels: after)));
    }

    [Theory]
    [InlineData(null, "", $"Annotations[{Key}]: (absent) -> \"\"")]
    [InlineData("", null, $"Annotations[{Key}]: \"\" -> (absent)")]
    [InlineData(null, "(absent)", $"Annotations[{Key}]: (absent) -> \"(absent)\"")]
    [InlineData("", "\"\"", $"Annotations[{Key}]: \"\" -> \"\"\"\"")]
    public void An_absent_annotation_looks_like_no_value(string? before, string? after, string description)
    {
        Assert.Equal(description, NodeEditor.Describe(Node(annotations: before), Node(annotations: after)));
    }

    [Fact]
    public void As_data_an_absent_value_is_null()
    {
        NodeFieldChange change = Assert.Single(NodeDifference.Between(Node(), Node(labels: "")));

        Assert.Null(change.Before);
        Assert.Equal("", change.After);
    }

    private static ClusterNode Node(string? labels = null, string? annotations = null) =>
        new()
        {
            Name = "n",
            Status = NodeStatus.Ready,
            Labels = Map(labels),
            Annotations = Map(annotations),
        };

    private static StringMap Map(string? value) => value is null ? StringMap.Empty : new([new(Key, value)]);
}
