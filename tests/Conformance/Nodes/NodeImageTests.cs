using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Conformance.Nodes;

public sealed class NodeImageTests
{
    private const string Tag = "registry.example/shop/cart:1.4";
    private const string Digest = "registry.example/shop/cart@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly List<NodeManagerException> _errors = [];

    [SkippableTheory]
    [AllBackends]
    public async Task Images_have_names_size_and_node(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        IReadOnlyList<string> names = await cluster.AddNodesAsync(3);
        Node first = await SetImagesAsync(cluster, names[0], ([Digest, Tag], 48_000_000), ([Digest], 7), ([], 5));
        await SetImagesAsync(cluster, names[1], ([Tag], 48_000_000));
        NodeManagerSession session = await cluster.ConnectAsync();

        IReadOnlyList<NodeImage> named = await ReadAsync(session, new() { Names = [names[0]] });
        IReadOnlyList<NodeImage> selected = await ReadAsync(
            session,
            new() { Names = [$"{names[1]}*", names[2]], Selector = cluster.Selector }
        );

        Assert.Equal([(Tag, 48_000_000L), (Digest, 7L), ("", 5L)], named.Select(static image => (image.Name, image.Size)));
        Assert.Equal([Digest, Tag], named[0].Names);
        Assert.All(
            named,
            image =>
                Assert.Equal(
                    (names[0], first.Metadata.Uid, session.Cluster, session.ClusterUid),
                    (image.NodeName, image.NodeUid, image.Cluster, image.ClusterUid)
                )
        );
        Assert.Equal([(names[1], Tag)], selected.Select(static image => (image.NodeName, image.Name)));
        Assert.Empty(_errors);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Each_node_that_cannot_be_read_is_one_error(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        IReadOnlyList<string> names = await cluster.AddNodesAsync(3);
        foreach (string name in names)
            await SetImagesAsync(cluster, name, ([Tag], 48_000_000));
        FaultInjectionHandler faults = new();
        NodeManagerSession session = await cluster.ConnectAsync(transport =>
        {
            faults.InnerHandler = transport;
            return faults;
        });
        faults.Inject(Fault.Answer(HttpStatusCode.Forbidden, "Forbidden"), 1, request => IsFor(request, names[1]));

        IReadOnlyList<NodeImage> images = await ReadAsync(
            session,
            new()
            {
                Names = [names[0], names[1], "ghost", "no/name", names[2]],
                Uids = new Dictionary<string, string> { [names[2]] = "another" },
            }
        );

        Assert.Equal([names[0]], images.Select(static image => image.NodeName));
        Assert.Equal(["Forbidden", "NodeNotFound", "InvalidNodeName", "NodeReplaced"], _errors.Select(static error => error.ErrorId));
    }

    [Fact]
    public async Task Requests_for_many_nodes_are_bounded()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("sandbox");
        FaultInjectionHandler faults = new();
        NodeManagerSession session = await cluster.ConnectAsync(transport =>
        {
            faults.InnerHandler = transport;
            return faults;
        });
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        faults.Inject(Fault.After(() => gate.Task), 40, request => IsFor(request, "ghost-"));

        Task<IReadOnlyList<NodeImage>> reading = ReadAsync(
            session,
            new() { Names = [.. Enumerable.Range(0, 40).Select(i => $"ghost-{i}")] }
        );
        await Eventually.HoldsAsync("16 requests", () => Task.FromResult(faults.Pending <= 24));
        Assert.Equal(24, faults.Pending);
        gate.SetResult();

        Assert.Empty(await reading);
        Assert.Equal(40, _errors.Count(static error => error.ErrorId == "NodeNotFound"));
    }

    private static bool IsFor(HttpRequestMessage request, string name) =>
        request.RequestUri!.AbsolutePath.Contains("/nodes/" + name, StringComparison.Ordinal);

    private async Task<IReadOnlyList<NodeImage>> ReadAsync(NodeManagerSession session, NodeQuery query) =>
        await NodeImageReader.ReadAsync(session, query, _errors.Add, NullObserver.Instance, default).ToListAsync();

    private static Task<Node> SetImagesAsync(TestCluster cluster, string node, params (string[] Names, long Size)[] images) =>
        cluster.Client.PatchAsync(
            Resources.Nodes,
            node,
            null,
            Patch.Merge(
                new()
                {
                    ["status"] = new JsonObject
                    {
                        ["images"] = new JsonArray([
                            .. images.Select(static image => new JsonObject
                            {
                                ["names"] = new JsonArray([.. image.Names.Select(static name => JsonValue.Create(name))]),
                                ["sizeBytes"] = image.Size,
                            }),
                        ]),
                    },
                }
            ),
            "status",
            RequestOptions.Default,
            default
        );
}
