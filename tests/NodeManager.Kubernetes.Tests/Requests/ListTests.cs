using System.Net;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;
using static NodeManager.Kubernetes.Tests.ScriptedApi;

namespace NodeManager.Kubernetes.Tests.Requests;

public sealed class ListTests
{
    private readonly ScriptedApi _api = new();
    private readonly KubernetesClient _client;

    public ListTests() =>
        _client = new(new("https://api.example/k8s/clusters/c-1"), _api, new() { Time = new ManualTimeProvider { IsEager = true } });

    [Fact]
    public async Task All_pages_become_one_list()
    {
        _api.Page(7, "t1", Node("a", 1), Node("b", 2)).Page(7, "t/2=", Node("c", 3)).Page(7, null, Node("d", 4));

        KubernetesList<Node> list = await _client.ListAsync(
            Resources.Nodes,
            new()
            {
                PageSize = 2,
                ResourceVersion = "0",
                LabelSelector = "a in (b)",
            },
            default
        );

        Assert.Equal(["a", "b", "c", "d"], list.Items.Select(node => node.Metadata.Name));
        Assert.Equal("7", list.Metadata.ResourceVersion);
        Assert.Null(list.Metadata.Continue);
        const string path = "/k8s/clusters/c-1/api/v1/nodes?labelSelector=a%20in%20%28b%29&limit=2";
        Assert.Equal([path + "&resourceVersion=0", path + "&continue=t1", path + "&continue=t%2F2%3D"], _api.Requests);
    }

    [Fact]
    public async Task A_list_whose_resourceVersion_expires_is_restarted_without_duplicates()
    {
        _api.Page(7, "t1", Node("a", 1)).Refuse(HttpStatusCode.Gone, "newer").Page(9, "t2", Node("a", 8)).Page(9, null, Node("b", 2));

        KubernetesList<Node> list = await _client.ListAsync(Resources.Nodes, new(), default);

        Assert.Equal(["a 8", "b 2"], list.Items.Select(node => $"{node.Metadata.Name} {node.Metadata.ResourceVersion}"));
        Assert.Equal("9", list.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_list_that_expires_repeatedly_is_read_in_one_page()
    {
        for (int i = 0; i < 3; i++)
            _api.Page(7, "t", Node("a", 1)).Refuse(HttpStatusCode.Gone);
        _api.List(9, Node("a", 1), Node("b", 2));

        Assert.Equal(2, (await _client.ListAsync(Resources.Nodes, new(), default)).Items.Count);
        Assert.DoesNotContain("limit", _api.Requests[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_continue_with_the_token_of_the_server()
    {
        _api.Page(7, "t1", Node("a", 1)).Refuse(HttpStatusCode.Gone, "newer").Page(9, null, Node("b", 2));

        List<string> names = [];
        await foreach (KubernetesList<Node> page in _client.ListPagesAsync(Resources.Nodes, new(), default))
            names.AddRange(page.Items.Select(node => node.Metadata.Name));

        Assert.Equal(["a", "b"], names);
        Assert.EndsWith("continue=newer", _api.Requests[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_without_items_is_empty()
    {
        using var client = new KubernetesClient(
            new("https://api.example"),
            new StubHandler(_ => StubHandler.Json("""{"metadata":{},"items":null}"""))
        );

        Assert.Empty((await client.ListAsync(Resources.Nodes, new(), default)).Items);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task A_name_that_changes_the_path_is_never_sent(string name)
    {
        await Assert.ThrowsAsync<NodeManagerException>(() => _client.DeleteAsync(Resources.Nodes, name, null, new(), default));
        await Assert.ThrowsAsync<NodeManagerException>(() => _client.GetAsync(Resources.Pods, "p", name, default));

        Assert.Empty(_api.Requests);
    }

    [Fact]
    public async Task Metadata_only_lists_are_requested_by_the_Accept_header()
    {
        List<string> accepted = [];
        using var client = new KubernetesClient(
            new("https://api.example"),
            new StubHandler(request =>
            {
                accepted.Add(
                    $"{request.RequestUri!.PathAndQuery} {string.Join(',', request.Headers.GetValues("Accept")).Replace("; ", ";", StringComparison.Ordinal)}"
                );
                return StubHandler.Json(
                    request.RequestUri.AbsolutePath.EndsWith("/a", StringComparison.Ordinal)
                        ? Node("a", 1)
                        : $$"""{"items":[{{Node("a", 1)}}]}"""
                );
            })
        );

        PartialObjectMetadata one = await client.GetAsync(Resources.Nodes.MetadataOnly(), "a", null, default);
        KubernetesList<PartialObjectMetadata> all = await client.ListAsync(Resources.Nodes.MetadataOnly(), new(), default);

        Assert.Equal(("a", "a"), (one.Metadata.Name, all.Items.Single().Metadata.Name));
        Assert.Equal(
            [
                "/api/v1/nodes/a application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json",
                "/api/v1/nodes?limit=500 application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json",
            ],
            accepted
        );
    }

    [Fact]
    public void Names_are_escaped() => Assert.Equal("/api/v1/nodes/a%2Fb%3Fc", Resources.Nodes.Path(name: "a/b?c"));

    [Theory]
    [InlineData(
        """{"resources":[{"name":"pods/eviction","group":"policy","version":"v1"}]}""",
        """{"versions":[{"version":"v1"},{"version":"v1beta1"}]}""",
        "34",
        "v1",
        "v1"
    )]
    [InlineData(
        """{"resources":[{"name":"pods/eviction","group":"policy","version":"v1beta1"}]}""",
        """{"versions":[{"version":"v1"},{"version":"v1beta1"}]}""",
        "21",
        "v1beta1",
        "v1"
    )]
    [InlineData(
        """{"resources":[{"name":"pods/eviction","group":"policy","version":"v1beta1"}]}""",
        """{"versions":[{"version":"v1beta1"}]}""",
        "20+",
        "v1beta1",
        "v1beta1"
    )]
    public async Task Capabilities_come_from_discovery_and_are_read_once(
        string core,
        string policy,
        string minor,
        string eviction,
        string budget
    )
    {
        int asked = 0;
        using var client = new KubernetesClient(
            new("https://api.example"),
            new StubHandler(request =>
            {
                Interlocked.Increment(ref asked);
                return StubHandler.Json(
                    request.RequestUri!.AbsolutePath switch
                    {
                        "/version" => $$"""{"major":"1","minor":"{{minor}}","gitVersion":"v1.x"}""",
                        "/api/v1" => core,
                        _ => policy,
                    }
                );
            })
        );

        ServerCapabilities capabilities = await client.GetCapabilitiesAsync(default);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetCapabilitiesAsync(default)));

        Assert.Equal((eviction, budget), (capabilities.EvictionVersion, capabilities.BudgetVersion));
        Assert.Equal(int.Parse(minor.TrimEnd('+'), System.Globalization.CultureInfo.InvariantCulture), capabilities.Minor);
        // The version, the core group, budgets and lifecycle.k8s.io.
        Assert.Equal(4, asked);
    }
}
