using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Kinds.Columns;

namespace NodeManager.Sandbox.Tests.Api;

/// <summary>The forms that kubectl asks for: tables, metadata alone, warnings, descriptions.</summary>
public sealed class ShapeTests
{
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";

    [Fact]
    public async Task A_Table_has_the_columns_of_the_kind_and_one_row_per_object()
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        JsonObject table = await ReadAsync(cluster, "/api/v1/nodes", Table + ",application/json");
        Assert.Equal("Table meta.k8s.io/v1", $"{table["kind"]} {table["apiVersion"]}");
        Assert.Equal(
            ["Name", "Status", "Roles", "Age", "Version", "Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"],
            table["columnDefinitions"]!.AsArray().Select(static column => (string?)column!["name"])
        );
        JsonNode row = Assert.Single(table["rows"]!.AsArray())!;
        Assert.Equal(["a", "Unknown", "<none>"], row["cells"]!.AsArray().Take(3).Select(static cell => (string?)cell));
        Assert.Equal("PartialObjectMetadata a", $"{row["object"]!["kind"]} {row["object"]!["metadata"]!["name"]}");
        Assert.Null(row["object"]!["spec"]);
    }

    [Theory]
    [InlineData("None", null)]
    [InlineData("Metadata", "PartialObjectMetadata")]
    [InlineData("Object", "Node")]
    public async Task Rows_contain_the_requested_part_of_the_object(string included, string? kind)
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        JsonObject table = await ReadAsync(cluster, "/api/v1/nodes/a?includeObject=" + included, Table);
        Assert.Equal(kind, (string?)table["rows"]![0]!["object"]?["kind"]);
    }

    [Fact]
    public async Task PartialObjectMetadata_is_returned_on_request()
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        JsonObject list = await ReadAsync(cluster, "/api/v1/nodes", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");
        Assert.Equal("PartialObjectMetadataList", (string?)list["kind"]);
        Assert.Equal(["kind", "apiVersion", "metadata"], list["items"]![0]!.AsObject().Select(static pair => pair.Key));
    }

    [Theory]
    [InlineData("application/vnd.kubernetes.protobuf")]
    [InlineData("application/json;as=Picture;v=v1;g=meta.k8s.io")]
    public async Task An_unknown_media_type_is_refused(string accept)
    {
        using var cluster = new TestCluster();
        Assert.Equal("NotAcceptable", (string?)(await ReadAsync(cluster, "/api/v1/nodes", accept))["reason"]);
    }

    [Fact]
    public async Task Unknown_fields_are_dropped_and_reported_as_the_client_requests()
    {
        using var cluster = new TestCluster();
        const string Body =
            """{"metadata":{"name":"a"},"spec":{"taints":[{"key":"k","effect":"NoSchedule","efect":"x"}],"colour":"red"} }""";
        using HttpResponseMessage warned = await SendAsync(cluster, HttpMethod.Post, "/api/v1/nodes?dryRun=All", Body);
        Assert.Equal(
            ["299 - \"unknown field \\\"spec.taints[0].efect\\\"\"", "299 - \"unknown field \\\"spec.colour\\\"\""],
            warned.Headers.GetValues("Warning")
        );
        Assert.DoesNotContain("colour", await warned.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using HttpResponseMessage ignored = await SendAsync(
            cluster,
            HttpMethod.Post,
            "/api/v1/nodes?dryRun=All&fieldValidation=Ignore",
            Body
        );
        Assert.False(ignored.Headers.Contains("Warning"));
        (HttpStatusCode code, JsonObject status) = await cluster.SendAsync("POST", "/api/v1/nodes?fieldValidation=Strict", Body);
        Assert.Equal(HttpStatusCode.BadRequest, code);
        Assert.Equal(
            "Node in version \"v1\" cannot be handled as a Node: strict decoding error: unknown field \"spec.taints[0].efect\", unknown field \"spec.colour\"",
            (string?)status["message"]
        );
        (code, _) = await cluster.SendAsync("POST", "/api/v1/nodes?fieldValidation=Often", Body);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
    }

    [Fact]
    public async Task OpenAPI_describes_query_parameters_and_fields()
    {
        using var cluster = new TestCluster();
        JsonObject index = await cluster.GetAsync("/openapi/v3");
        Assert.Equal("/openapi/v3/apis/apps/v1", (string?)index["paths"]!["apis/apps/v1"]!["serverRelativeURL"]);
        JsonObject apps = await cluster.GetAsync("/openapi/v3/apis/apps/v1");
        JsonArray options = apps["paths"]!["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]!["patch"]!["parameters"]!.AsArray();
        Assert.Contains("fieldValidation", options.Select(static option => (string?)option!["name"]));
        Assert.Equal(
            "integer",
            (string?)apps["components"]!["schemas"]!["io.k8s.api.apps.v1.DeploymentSpec"]!["properties"]!["replicas"]!["type"]
        );
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(185, "3m5s")]
    [InlineData(3600, "60m")]
    [InlineData(4 * 3600, "4h")]
    [InlineData((4 * 3600) + 300, "4h5m")]
    [InlineData(30 * 3600, "30h")]
    [InlineData((3 * 86400) + 7200, "3d2h")]
    [InlineData(100 * 86400, "100d")]
    [InlineData((800 * 86400) + 5, "2y70d")]
    [InlineData(-10, "<invalid>")]
    public void Ages_are_shown_in_short_form(long seconds, string said) =>
        Assert.Equal(said, ColumnText.Duration(TimeSpan.FromSeconds(seconds)));

    private static async Task<JsonObject> ReadAsync(TestCluster cluster, string path, string accept)
    {
        using var http = new HttpClient(cluster.Cluster.CreateTransport()) { BaseAddress = cluster.Cluster.Server };
        http.DefaultRequestHeaders.Add("Accept", accept);
        using HttpResponseMessage answer = await http.GetAsync(path);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
    }

    private static async Task<HttpResponseMessage> SendAsync(TestCluster cluster, HttpMethod method, string path, string body)
    {
        using var http = new HttpClient(cluster.Cluster.CreateTransport()) { BaseAddress = cluster.Cluster.Server };
        using var request = new HttpRequestMessage(method, path)
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
        };
        return await http.SendAsync(request);
    }
}
