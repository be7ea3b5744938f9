using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Testing;

namespace NodeManager.Sandbox.Tests.Api;

public sealed class ReadTests
{
    [Fact]
    public async Task Items_of_a_list_omit_kind_and_apiVersion()
    {
        using var cluster = new TestCluster();
        JsonObject created = await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        JsonObject list = await cluster.GetAsync("/api/v1/nodes");
        Assert.Equal("NodeList", (string?)list["kind"]);
        Assert.Equal((string?)created["metadata"]!["resourceVersion"], (string?)list["metadata"]!["resourceVersion"]);
        JsonNode item = Assert.Single(list["items"]!.AsArray())!;
        Assert.Null(item["kind"]);
        Assert.Equal((string?)created["metadata"]!["uid"], (string?)item["metadata"]!["uid"]);
    }

    [Fact]
    public async Task All_pages_show_the_list_at_the_first_page()
    {
        using var cluster = new TestCluster();
        for (int i = 0; i < 7; i++)
            await cluster.CreateAsync("/api/v1/nodes", Bodies.Node($"n{i}"));
        JsonObject page = await cluster.GetAsync("/api/v1/nodes?limit=3");
        string? version = (string?)page["metadata"]!["resourceVersion"];
        Assert.Equal(4, (int?)page["metadata"]!["remainingItemCount"]);
        await cluster.OkAsync("DELETE", "/api/v1/nodes/n4");
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("n35"));

        var names = new List<string?>();
        while (true)
        {
            names.AddRange(page["items"]!.AsArray().Select(item => (string?)item!["metadata"]!["name"]));
            Assert.Equal(version, (string?)page["metadata"]!["resourceVersion"]);
            if ((string?)page["metadata"]!["continue"] is not { } token)
                break;
            page = await cluster.GetAsync("/api/v1/nodes?limit=3&continue=" + Uri.EscapeDataString(token));
        }

        Assert.Equal(["n0", "n1", "n2", "n3", "n4", "n5", "n6"], names);
    }

    [Fact]
    public async Task An_expired_page_is_410()
    {
        var time = new ManualTimeProvider();
        using var cluster = new TestCluster(time: time);
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("b"));
        JsonObject page = await cluster.GetAsync("/api/v1/nodes?limit=1");
        time.Advance(TimeSpan.FromMinutes(6));
        (HttpStatusCode code, JsonObject body) = await cluster.SendAsync(
            "GET",
            $"/api/v1/nodes?limit=1&continue={page["metadata"]!["continue"]}"
        );
        Assert.Equal(HttpStatusCode.Gone, code);
        Assert.Equal("Expired", (string?)body["reason"]);
    }

    [Fact]
    public async Task A_list_that_was_read_to_its_end_is_kept_for_a_moment()
    {
        var time = new ManualTimeProvider();
        using var cluster = new TestCluster(time: time);
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("b"));
        JsonObject first = await cluster.GetAsync("/api/v1/nodes?limit=1");
        string last = $"/api/v1/nodes?limit=1&continue={first["metadata"]!["continue"]}";

        await cluster.OkAsync("GET", last);
        time.Advance(TimeSpan.FromSeconds(9));
        await cluster.OkAsync("GET", last);
        time.Advance(TimeSpan.FromSeconds(2));
        (HttpStatusCode code, _) = await cluster.SendAsync("GET", last);

        Assert.Equal(HttpStatusCode.Gone, code);
    }

    [Fact]
    public async Task A_list_is_kept_while_another_client_reads_it()
    {
        var time = new ManualTimeProvider();
        using var cluster = new TestCluster(time: time);
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("b"));
        await cluster.GetAsync("/api/v1/nodes?limit=1");
        JsonObject first = await cluster.GetAsync("/api/v1/nodes?limit=1");
        string last = $"/api/v1/nodes?limit=1&continue={first["metadata"]!["continue"]}";

        await cluster.OkAsync("GET", last);
        time.Advance(TimeSpan.FromMinutes(1));
        await cluster.OkAsync("GET", last);
        time.Advance(TimeSpan.FromSeconds(11));
        (HttpStatusCode code, _) = await cluster.SendAsync("GET", last);

        Assert.Equal(HttpStatusCode.Gone, code);
    }

    [Theory]
    [InlineData("/api/v1/nodes/none", 404, "nodes \"none\" not found")]
    [InlineData("/apis/apps/v1/namespaces/default/deployments/none", 404, "deployments.apps \"none\" not found")]
    [InlineData("/api/v1/nope", 404, "the server could not find the requested resource")]
    [InlineData("/api/v1/nodes?continue=bogus", 400, null)]
    [InlineData("/api/v1/nodes?limit=x", 400, "strconv.ParseInt: parsing \"x\": invalid syntax")]
    [InlineData("/api/v1/nodes?resourceVersion=99999", 504, null)]
    [InlineData(
        "/api/v1/nodes?resourceVersionMatch=Exact",
        422,
        "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided"
    )]
    [InlineData(
        "/api/v1/nodes?resourceVersionMatch=Bogus&resourceVersion=1",
        422,
        "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Unsupported value: \"Bogus\": supported values: \"Exact\", \"NotOlderThan\", \"\""
    )]
    [InlineData("/api/v1/nodes?resourceVersionMatch=Exact&resourceVersion=1", 410, null)]
    public async Task Unreadable_requests_are_refused_with_the_message_of_the_server(string path, int expected, string? message)
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        (HttpStatusCode code, JsonObject body) = await cluster.SendAsync("GET", path);
        Assert.Equal(expected, (int)code);
        Assert.Equal("Status", (string?)body["kind"]);
        Assert.Equal(expected, (int?)body["code"]);
        if (message is not null)
            Assert.Equal(message, (string?)body["message"]);
    }

    [Theory]
    [InlineData("1.20", "v1beta1", "v1beta1")]
    [InlineData("1.21", "v1beta1", "v1,v1beta1")]
    [InlineData("1.22", "v1", "v1,v1beta1")]
    [InlineData("1.24", "v1", "v1,v1beta1")]
    [InlineData("1.25", "v1", "v1")]
    [InlineData("1.37", "v1", "v1")]
    public async Task Discovery_lists_the_eviction_and_PDB_versions_of_a_release(string version, string eviction, string budgets)
    {
        using var cluster = new TestCluster(version);
        JsonObject core = await cluster.GetAsync("/api/v1");
        JsonNode found = core["resources"]!.AsArray().Single(item => (string?)item!["name"] == "pods/eviction")!;
        Assert.Equal(("policy", eviction, "Eviction"), ((string?)found["group"], (string?)found["version"], (string?)found["kind"]));
        JsonObject policy = await cluster.GetAsync("/apis/policy");
        Assert.Equal(budgets, string.Join(',', policy["versions"]!.AsArray().Select(item => (string?)item!["version"])));
        foreach (string served in budgets.Split(','))
            await cluster.GetAsync($"/apis/policy/{served}/poddisruptionbudgets");
        Assert.Equal(version.Split('.')[1], (string?)(await cluster.GetAsync("/version"))["minor"]);
    }

    [Fact]
    public async Task A_PDB_is_served_at_each_API_version()
    {
        using var cluster = new TestCluster("1.22");
        await cluster.CreateAsync("/apis/policy/v1beta1/namespaces/default/poddisruptionbudgets", Bodies.Budget("b", "a"));
        JsonObject read = await cluster.GetAsync("/apis/policy/v1/namespaces/default/poddisruptionbudgets/b");
        Assert.Equal("policy/v1", (string?)read["apiVersion"]);
    }

    [Fact]
    public async Task The_default_namespaces_exist()
    {
        using var cluster = new TestCluster();
        Assert.Equal("default,kube-node-lease,kube-public,kube-system", await cluster.NamesAsync("/api/v1/namespaces"));
    }
}
