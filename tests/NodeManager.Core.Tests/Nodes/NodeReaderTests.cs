using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Tests.Support;

namespace NodeManager.Core.Tests.Nodes;

public sealed class NodeReaderTests
{
    private readonly List<NodeManagerException> _missing = [];
    private readonly RecordingObserver _observer = new();

    [Fact]
    public async Task A_plain_name_is_one_GET_request_in_any_case()
    {
        FakeServer server = Serving(Sample.NodeJson("a"), Sample.NodeJson("b"));

        Assert.Equal(["b"], await NamesAsync(server, new() { Names = ["B"] }));
        Assert.Equal(["GET /api/v1/nodes/b"], server.Requests.Select(r => r.ToString()));
    }

    [Fact]
    public async Task Each_missing_node_is_reported_and_the_other_nodes_are_returned()
    {
        FakeServer server = Serving(Sample.NodeJson("a"), Sample.NodeJson("b"));

        Assert.Equal(["a", "b"], await NamesAsync(server, new() { Names = ["a", "x", "b", "y"] }));
        Assert.Equal(["x", "y"], _missing.Select(m => m.Target));
        Assert.All(_missing, m => Assert.Equal(ErrorIds.NodeNotFound, m.ErrorId));
        Assert.All(_missing, m => Assert.Equal(ErrorKind.ObjectNotFound, m.Kind));
    }

    [Fact]
    public async Task A_wildcard_without_a_match_returns_nothing_without_an_error()
    {
        Assert.Empty(await NamesAsync(Serving(Sample.NodeJson("a")), new() { Names = ["x*"] }));
        Assert.Empty(_missing);
    }

    [Fact]
    public async Task A_missing_plain_name_next_to_a_wildcard_is_reported()
    {
        FakeServer server = Serving(Sample.NodeJson("a1"), Sample.NodeJson("b"));

        Assert.Equal(["a1"], await NamesAsync(server, new() { Names = ["a*", "x"] }));
        Assert.Equal(["x"], _missing.Select(m => m.Target));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task An_existing_node_that_is_not_selected_is_not_reported()
    {
        var server = new FakeServer(r =>
            r.Path == "/api/v1/nodes" ? FakeServer.List()
            : r.Path.EndsWith("/a", StringComparison.Ordinal) ? FakeServer.Json(Sample.NodeJson("a"))
            : FakeServer.NotFound(r)
        );

        Assert.Empty(await NamesAsync(server, new() { Names = ["a", "x"], Selector = "pool=b" }));
        Assert.Equal(["x"], _missing.Select(m => m.Target));
    }

    [Fact]
    public async Task Many_names_take_one_list_request()
    {
        FakeServer server = Serving([.. Enumerable.Range(0, 40).Select(i => Sample.NodeJson($"n{i}"))]);

        string[] names = [.. Enumerable.Range(0, 20).Select(i => $"n{i}"), "gone"];
        Assert.Equal(20, (await NamesAsync(server, new() { Names = names })).Count);
        Assert.Equal("/api/v1/nodes", Assert.Single(server.Requests).Path);
        Assert.Equal(["gone"], _missing.Select(m => m.Target));
    }

    [Fact]
    public async Task Nodes_are_streamed_page_by_page()
    {
        using var second = new SemaphoreSlim(0);
        var server = new FakeServer(
            async (request, token) =>
            {
                if (request["continue"] is null)
                    return Page("next", Sample.NodeJson("a"));
                await second.WaitAsync(token);
                return Page(null, Sample.NodeJson("b"));
            }
        );
        using NodeManagerSession session = await server.ConnectAsync();
        await using var nodes = NodeReader.ReadAsync(session, new(), _missing.Add, _observer, CancellationToken.None).GetAsyncEnumerator();

        Assert.True(await nodes.MoveNextAsync());
        Assert.Equal("a", nodes.Current.Name);
        second.Release();
        Assert.True(await nodes.MoveNextAsync());
        Assert.Equal("b", nodes.Current.Name);
        Assert.False(await nodes.MoveNextAsync());
        Assert.Equal([("1", false), ("2 of 2", true)], _observer.Reports.Select(r => (r.Status, r.Completed)));
    }

    [Fact]
    public async Task A_list_of_one_page_reports_no_progress()
    {
        await NamesAsync(Serving(Sample.NodeJson("a")), new());

        Assert.Empty(_observer.Reports);
    }

    [Fact]
    public async Task Usage_is_fetched_once_for_all_and_completed_pods_do_not_count()
    {
        FakeServer server = Serving(
            [Sample.NodeJson("a"), Sample.NodeJson("b")],
            [
                Sample.PodJson("p1", "a", "500m", "1Gi"),
                Sample.PodJson("p2", "a", "1500m", "1Gi"),
                Sample.PodJson("p3", "", "1", "1Gi"),
                Sample.PodJson("p4", "a", "1", "1Gi", phase: "Succeeded"),
                Sample.PodJson("p5", "b", "1", "1Gi", phase: "Failed"),
            ],
            _ => FakeServer.List(JsonNode.Parse("""{"metadata":{"name":"a"},"usage":{"cpu":"1","memory":"4Gi"}}""")!)
        );

        List<ClusterNode> nodes = await ReadAsync(server, new() { Usage = true });

        Assert.Equal(
            (2, 2m, 2L << 30, 50m),
            (nodes[0].PodCount, nodes[0].Requested!.Cpu, nodes[0].Requested!.Memory, nodes[0].CpuRequestedPercent)
        );
        Assert.Equal((25m, 50m), (nodes[0].Usage!.CpuPercent, nodes[0].Usage!.MemoryPercent));
        Assert.Equal((0, 0m), (nodes[1].PodCount, nodes[1].Requested!.Cpu));
        Assert.Null(nodes[1].Usage);
        // The cache of the whole cluster, which plans use as well.
        Request pods = Assert.Single(server.Requests, r => r.Path == "/api/v1/pods" && r["watch"] is null);
        Assert.Null(pods["fieldSelector"]);
        Assert.Single(server.Requests, r => r.Path.StartsWith("/apis/metrics.k8s.io", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Usage_of_one_node_reads_only_its_pods()
    {
        FakeServer server = Serving([Sample.NodeJson("a")], [Sample.PodJson("p1", "a")], r => FakeServer.NotFound(r));

        Assert.Equal(1, (await ReadAsync(server, new() { Names = ["a"], Usage = true }))[0].PodCount);
        Assert.StartsWith(
            "spec.nodeName=a,",
            Assert.Single(server.Requests, r => r.Path == "/api/v1/pods")["fieldSelector"],
            StringComparison.Ordinal
        );
        Assert.Empty(_observer.Warnings);
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.Forbidden)]
    public async Task Missing_metrics_are_warned_about_once(HttpStatusCode code)
    {
        FakeServer server = Serving(
            [Sample.NodeJson("a"), Sample.NodeJson("b")],
            [],
            _ => FakeServer.Text("404 page not found", code, "text/plain")
        );

        List<ClusterNode> nodes = await ReadAsync(server, new() { Usage = true });

        Assert.All(nodes, n => Assert.Null(n.Usage));
        Assert.All(nodes, n => Assert.Equal(0, n.PodCount));
        Assert.Single(_observer.Warnings);
        Assert.Single(server.Requests, r => r.Path.StartsWith("/apis/metrics.k8s.io", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_role_of_a_deprecated_label_is_found()
    {
        var server = new FakeServer(r =>
            r["labelSelector"]!.StartsWith("node-role", StringComparison.Ordinal)
                ? FakeServer.List(Sample.NodeJson("new", labels: """{"node-role.kubernetes.io/db":""}"""))
                : FakeServer.List(Sample.NodeJson("old", labels: """{"kubernetes.io/role":"db"}"""))
        );

        Assert.Equal(["new", "old"], await NamesAsync(server, new() { Roles = ["db"] }));
    }

    [Fact]
    public async Task A_reader_that_stops_cancels_concurrent_requests()
    {
        using var stopped = new SemaphoreSlim(0);
        var server = new FakeServer(
            async (request, token) =>
            {
                if (request.Path == "/api/v1/nodes")
                    return FakeServer.Refusal(HttpStatusCode.Forbidden, "Forbidden", "no");
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                    throw new InvalidOperationException();
                }
                finally
                {
                    stopped.Release();
                }
            }
        );

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => ReadAsync(server, new() { Usage = true }));

        Assert.Equal(ErrorIds.Forbidden, error.ErrorId);
        Assert.True(await stopped.WaitAsync(TimeSpan.FromMinutes(5)));
    }

    private async Task<List<string>> NamesAsync(FakeServer server, NodeQuery query) =>
        (await ReadAsync(server, query)).ConvertAll(n => n.Name);

    private async Task<List<ClusterNode>> ReadAsync(FakeServer server, NodeQuery query)
    {
        using NodeManagerSession session = await server.ConnectAsync();
        return await NodeReader.ReadAsync(session, query, _missing.Add, _observer, CancellationToken.None).ToListAsync();
    }

    private static FakeServer Serving(params JsonObject[] nodes) => Serving(nodes, [], r => FakeServer.NotFound(r));

    private static FakeServer Serving(JsonObject[] nodes, JsonObject[] pods, Func<Request, HttpResponseMessage> metrics) =>
        new(request =>
        {
            if (request.Path.StartsWith("/apis/metrics.k8s.io", StringComparison.Ordinal))
                return metrics(request);
            if (request.Path == "/api/v1/pods")
                return FakeServer.List(pods);
            if (request.Path == "/api/v1/nodes")
                return FakeServer.List(nodes);
            return nodes.FirstOrDefault(n => request.Path == $"/api/v1/nodes/{n["metadata"]!["name"]}") is { } node
                ? FakeServer.Json(node)
                : FakeServer.NotFound(request);
        });

    private static HttpResponseMessage Page(string? next, params JsonNode[] items) =>
        FakeServer.Json(
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = "1", ["continue"] = next },
                ["items"] = new JsonArray(items),
            }
        );
}
