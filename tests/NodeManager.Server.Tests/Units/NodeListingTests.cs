using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using NodeManager.Server.Nodes;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Tests.Units;

public sealed class NodeListingTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(300)]
    public void The_parts_are_one_array_of_all_nodes(int count)
    {
        (IReadOnlyList<GzipText> parts, _) = Listing().Of([.. Enumerable.Range(0, count).Select(Node)], Now);

        using MemoryStream text = new();
        foreach (GzipText part in parts)
            text.Write(part.Text.Span);
        text.Position = 0;
        Assert.Equal(
            Enumerable.Range(0, count).Select(static i => $"node-{i:000}"),
            JsonNode.Parse(text)!.AsArray().Select(static one => (string)one!["name"]!)
        );
    }

    [Fact]
    public void Only_the_group_of_a_changed_node_is_written_again()
    {
        NodeListing listing = Listing();
        List<ClusterNode> nodes = [.. Enumerable.Range(0, 200).Select(Node)];
        (IReadOnlyList<GzipText> before, string tag) = listing.Of(nodes, Now);
        Assert.Equal(tag, listing.Of(nodes, Now).Tag);

        nodes[70] = Node(70, "v1.37.9");
        (IReadOnlyList<GzipText> after, string changed) = listing.Of(nodes, Now);

        Assert.NotEqual(tag, changed);
        Assert.Equal([1], Enumerable.Range(0, before.Count).Where(i => !ReferenceEquals(before[i], after[i])));
    }

    [Fact]
    public void A_shown_age_changes_the_list()
    {
        NodeListing listing = Listing();
        ClusterNode[] nodes = [Node(0)];
        string tag = listing.Of(nodes, Now).Tag;

        Assert.Equal(tag, listing.Of(nodes, Now.AddSeconds(1)).Tag);
        Assert.NotEqual(tag, listing.Of(nodes, Now.AddDays(1)).Tag);
    }

    private static NodeListing Listing() => new(new OptionsWrapper<JsonOptions>(new()));

    private static ClusterNode Node(int index) => Node(index, "v1.37.2");

    private static ClusterNode Node(int index, string version) =>
        new()
        {
            Name = $"node-{index:000}",
            Status = NodeStatus.Ready,
            CreatedAt = Now.AddDays(-30),
            KubeletVersion = version,
        };
}
