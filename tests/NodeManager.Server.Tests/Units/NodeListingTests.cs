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
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 1)]
    [InlineData(64, 0, 64)]
    [InlineData(65, 0, 65)]
    [InlineData(300, 0, 300)]
    [InlineData(300, 0, 64)]
    [InlineData(300, 64, 192)]
    [InlineData(300, 10, 20)]
    [InlineData(300, 63, 65)]
    [InlineData(300, 100, 300)]
    [InlineData(300, 300, 300)]
    public void The_parts_are_one_array_of_the_page(int count, int start, int end)
    {
        NodeListing listing = Listing();
        ClusterNode[] nodes = [.. Enumerable.Range(0, count).Select(Node)];
        // The groups of all nodes are known, or not.
        for (int round = 0; round < 2; round++)
        {
            Assert.Equal(nodes[start..end].Select(static node => node.Name), Names(listing.Of(nodes, start..end, Now).Parts));
            Assert.Equal(nodes.Select(static node => node.Name), Names(listing.Of(nodes, .., Now).Parts));
        }
    }

    [Fact]
    public void A_page_of_whole_groups_is_not_written_again()
    {
        NodeListing listing = Listing();
        ClusterNode[] nodes = [.. Enumerable.Range(0, 200).Select(Node)];
        IReadOnlyList<GzipText> all = listing.Of(nodes, .., Now).Parts;

        Assert.Empty(listing.Of(nodes, 64..192, Now).Parts.Except(all));
        Assert.Empty(listing.Of(nodes, 128..200, Now).Parts.Except(all));
        Assert.NotEqual(listing.Of(nodes, 64..128, Now).Tag, listing.Of(nodes, 64..192, Now).Tag);
    }

    [Fact]
    public void Nodes_that_are_gone_are_not_listed()
    {
        NodeListing listing = Listing();
        ClusterNode[] nodes = [.. Enumerable.Range(0, 200).Select(Node)];
        listing.Of(nodes, .., Now);

        Assert.Equal(nodes[1..100].Select(static node => node.Name), Names(listing.Of(nodes[1..100], .., Now).Parts));
        Assert.Equal(nodes.Select(static node => node.Name), Names(listing.Of(nodes, .., Now).Parts));
    }

    [Fact]
    public void Only_the_group_of_a_changed_node_is_written_again()
    {
        NodeListing listing = Listing();
        List<ClusterNode> nodes = [.. Enumerable.Range(0, 200).Select(Node)];
        (IReadOnlyList<GzipText> before, string tag) = listing.Of(nodes, .., Now);
        Assert.Equal(tag, listing.Of(nodes, .., Now).Tag);

        nodes[70] = Node(70, "v1.37.9");
        (IReadOnlyList<GzipText> after, string changed) = listing.Of(nodes, .., Now);

        Assert.NotEqual(tag, changed);
        Assert.Equal([1], Enumerable.Range(0, before.Count).Where(i => !ReferenceEquals(before[i], after[i])).Select(static i => i / 2));
    }

    [Fact]
    public void A_shown_age_changes_the_list()
    {
        NodeListing listing = Listing();
        ClusterNode[] nodes = [Node(0)];
        string tag = listing.Of(nodes, .., Now).Tag;

        Assert.Equal(tag, listing.Of(nodes, .., Now.AddSeconds(1)).Tag);
        Assert.NotEqual(tag, listing.Of(nodes, .., Now.AddDays(1)).Tag);
    }

    private static string[] Names(IReadOnlyList<GzipText> parts)
    {
        using MemoryStream text = new();
        foreach (GzipText part in parts)
            text.Write(part.Text.Span);
        text.Position = 0;
        return [.. JsonNode.Parse(text)!.AsArray().Select(static one => (string)one!["name"]!)];
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
