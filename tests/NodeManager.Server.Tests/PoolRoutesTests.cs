using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Installation;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Progress;

namespace NodeManager.Server.Tests;

/// <summary>The routes of node pools, as the guide and the specification of a pool service have them.</summary>
public sealed class PoolRoutesTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private const string Pools = "/api/v1/nodepools";

    [Fact]
    public async Task A_pool_of_a_service_is_created_listed_scaled_and_deleted()
    {
        string cluster = (string)(await FirstAsync())["cluster_id"]!;
        JsonObject created = await SendAsync(
            "POST",
            $"/api/v1/clusters/{cluster}/nodepools",
            Creation("workers-a", cluster),
            HttpStatusCode.Created
        );
        Assert.Equal(
            ["id", "name", "cluster_id", "generation", "resource_version", "spec", "created_at", "updated_at", "created_by"],
            created.Select(static p => p.Key)
        );
        string id = (string)created["id"]!;
        Assert.Equal((1, "n1-standard-4"), ((int)created["generation"]!, (string?)created["spec"]!["platform"]!["gcp"]!["machineType"]));

        JsonObject replaced = await SendAsync(
            "PUT",
            $"{Pools}/{id}",
            new JsonObject { ["name"] = "workers-b", ["spec"] = Spec(2) },
            HttpStatusCode.OK
        );
        Assert.Equal(("workers-b", 2, 2), ((string?)replaced["name"], (int)replaced["spec"]!["nodeCount"]!, (int)replaced["generation"]!));
        // The specification is replaced: what the body leaves out is gone.
        Assert.Null(replaced["spec"]!["autoscaling"]);

        JsonObject page = await SendAsync("GET", $"/api/v1/clusters/{cluster}/nodepools?limit=1&offset=1", null, HttpStatusCode.OK);
        Assert.Equal((1, 1, 1), (page["nodepools"]!.AsArray().Count, (int)page["limit"]!, (int)page["offset"]!));
        Assert.True((int)page["total"]! > 1);
        Assert.Equal("workers-b", (string?)(await SendAsync("GET", $"{Pools}/{id.ToUpperInvariant()}", null, HttpStatusCode.OK))["name"]);

        using HttpResponseMessage deleted = await CallAsync("DELETE", $"{Pools}/{id}", null);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        JsonObject gone = await SendAsync("GET", $"{Pools}/{id}", null, HttpStatusCode.NotFound);
        Assert.Equal(("NOT_FOUND", "NodePoolNotFound"), ((string?)gone["error"]!["code"], (string?)gone["error"]!["error_id"]));
    }

    [Fact]
    public async Task A_replacement_is_refused_if_the_pool_has_changed_since()
    {
        string cluster = (string)(await FirstAsync())["cluster_id"]!;
        JsonObject created = await SendAsync("POST", Pools, Creation("workers-seen", cluster), HttpStatusCode.Created);
        string path = $"{Pools}/{created["id"]}";
        await SendAsync("PUT", path, Replacement(2, 1), HttpStatusCode.OK);

        JsonObject refused = await SendAsync("PUT", path, Replacement(3, 1), HttpStatusCode.Conflict);

        Assert.Equal(("CONFLICT", "Conflict"), ((string?)refused["error"]!["code"], (string?)refused["error"]!["error_id"]));
        JsonObject pool = await SendAsync("GET", path, null, HttpStatusCode.OK);
        Assert.Equal((2, 2), ((int)pool["generation"]!, (int)pool["spec"]!["nodeCount"]!));
        await SendAsync("PUT", path, Replacement(3, 2), HttpStatusCode.OK);
        await SendAsync("PUT", path, Replacement(4, null), HttpStatusCode.OK);
        (await CallAsync("DELETE", path, null)).Dispose();

        static JsonObject Replacement(int nodes, long? generation)
        {
            JsonObject body = new() { ["name"] = "workers-seen", ["spec"] = Spec(nodes) };
            if (generation is not null)
                body["generation"] = generation;
            return body;
        }
    }

    [Fact]
    public async Task A_status_is_reported_and_read_as_documented()
    {
        string id = (string)(await FirstAsync())["id"]!;
        JsonObject reported = await SendAsync(
            "PUT",
            $"{Pools}/{id}/status",
            JsonNode.Parse(
                """
                {"controller_name": "gcp-nodepool-controller", "observed_generation": 1,
                 "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2025-10-17T10:30:00Z", "reason": "NodesReady", "message": "All nodes are ready and healthy"}],
                 "metadata": {"platform": "gcp", "active_nodes": 5, "node_ages": "2h30m,1h45m"}}
                """
            ),
            HttpStatusCode.OK
        );
        Assert.Equal(
            (id, "gcp-nodepool-controller", 1),
            ((string?)reported["nodepool_id"], (string?)reported["controller_name"], (int)reported["observed_generation"]!)
        );

        JsonObject status = await SendAsync("GET", $"{Pools}/{id}/status", null, HttpStatusCode.OK);
        JsonNode controller = status["controller_status"]!
            .AsArray()
            .Single(static one => (string?)one!["controller_name"] == "gcp-nodepool-controller")!;
        Assert.Equal(
            ["type", "status", "lastTransitionTime", "reason", "message"],
            controller["conditions"]![0]!.AsObject().Select(static p => p.Key)
        );
        Assert.Equal((5, "2h30m,1h45m"), ((int)controller["metadata"]!["active_nodes"]!, (string?)controller["metadata"]!["node_ages"]));
        Assert.NotNull(controller["updated_at"]);
    }

    [Fact]
    public async Task A_cluster_pool_is_stored_as_a_NodeSmithPool()
    {
        await foreach (
            AutoscalerObject _ in AutoscalerInstaller.InstallAsync(
                server.Session,
                NodeSmithNames.DefaultNamespace,
                TimeSpan.FromMinutes(2),
                static _ => Task.FromResult(true),
                NullObserver.Instance,
                CancellationToken.None
            )
        )
        {
            // All of it.
        }

        const string Query = "?provider=Cluster";
        JsonObject created = await SendAsync(
            "POST",
            Pools + Query,
            JsonNode.Parse(
                """
                {"name": "own-workers", "spec": {"providerRef": "metal", "limits": {"minNodes": 0, "maxNodes": 3}}}
                """
            ),
            HttpStatusCode.Created
        );
        Assert.Equal(server.Session.Cluster, (string?)created["cluster_id"]);
        string id = (string)created["id"]!;
        Assert.Equal("own-workers", (string?)(await SendAsync("GET", Pools + Query, null, HttpStatusCode.OK))["nodepools"]![0]!["name"]);

        JsonObject renamed = await SendAsync(
            "PUT",
            $"{Pools}/{id}{Query}",
            new JsonObject { ["name"] = "other", ["spec"] = created["spec"]!.DeepClone() },
            HttpStatusCode.BadRequest
        );
        Assert.Equal("NodePoolFieldUnsupported", (string?)renamed["error"]!["error_id"]);
        using HttpResponseMessage deleted = await CallAsync("DELETE", $"{Pools}/{id}{Query}", null);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Theory]
    [InlineData("POST", Pools, """{"spec":{}}""", HttpStatusCode.BadRequest, "VALIDATION_ERROR", "name")]
    [InlineData("POST", Pools, """{"name":"a"}""", HttpStatusCode.BadRequest, "VALIDATION_ERROR", "spec")]
    [InlineData(
        "POST",
        Pools,
        """{"name":"Not_Valid","spec":{"platform":{"type":"gcp"}}}""",
        HttpStatusCode.BadRequest,
        "VALIDATION_ERROR",
        "name"
    )]
    [InlineData(
        "POST",
        Pools,
        """{"name":"a","spec":{"platform":{"type":"gcp"},"nodeCount":-1}}""",
        HttpStatusCode.BadRequest,
        "VALIDATION_ERROR",
        "spec.nodeCount"
    )]
    [InlineData("POST", Pools, """{"name":"a","sepc":{}}""", HttpStatusCode.BadRequest, "VALIDATION_ERROR", "sepc")]
    [InlineData(
        "POST",
        "/api/v1/clusters/one/nodepools",
        """{"name":"a","cluster_id":"two","spec":{}}""",
        HttpStatusCode.BadRequest,
        "VALIDATION_ERROR",
        "cluster_id"
    )]
    [InlineData(
        "PUT",
        Pools + "/123e4567-e89b-12d3-a456-426614174000/status",
        """{"controller_name":"a","observed_generation":1,"conditions":[{"type":"Ready"}]}""",
        HttpStatusCode.BadRequest,
        "VALIDATION_ERROR",
        "conditions[0].status"
    )]
    [InlineData("GET", Pools + "?limit=101", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR", "limit")]
    [InlineData("GET", Pools + "?offset=-1", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR", "offset")]
    [InlineData("GET", Pools + "?status=Odd", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR", "status")]
    [InlineData("GET", Pools + "?limit=many", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR", "limit")]
    [InlineData("GET", Pools + "/not-a-uuid", null, HttpStatusCode.NotFound, "NOT_FOUND", "nodepools")]
    [InlineData("GET", "/api/v1/clusters/elsewhere/nodepools", null, HttpStatusCode.NotFound, "NOT_FOUND", "")]
    [InlineData("PATCH", Pools, "{}", HttpStatusCode.MethodNotAllowed, "BAD_REQUEST", "GET")]
    public async Task A_pool_error_has_the_shape_of_a_pool_service_and_names_the_field(
        string method,
        string path,
        string? body,
        HttpStatusCode status,
        string code,
        string field
    )
    {
        JsonObject refusal = await SendAsync(method, path, body is null ? null : JsonNode.Parse(body), status);
        Assert.Equal(code, (string?)refusal["error"]!["code"]);
        Assert.Contains(field, (string?)refusal["error"]!["details"], StringComparison.Ordinal);
        Assert.Single(refusal);
    }

    [Fact]
    public async Task A_pool_name_is_unique()
    {
        string name = (string)(await FirstAsync())["name"]!;
        JsonObject refusal = await SendAsync("POST", Pools, Creation(name, null), HttpStatusCode.Conflict);
        Assert.Equal("CONFLICT", (string?)refusal["error"]!["code"]);
    }

    [Fact]
    public async Task The_email_header_does_not_authenticate()
    {
        using var client = new HttpClient { BaseAddress = server.Client.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, Pools);
        request.Headers.Add("X-User-Email", "sandbox@example.com");
        using HttpResponseMessage response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("UNAUTHORIZED", (string?)(await response.Content.ReadFromJsonAsync<JsonObject>())!["error"]!["code"]);

        using var viewer = new HttpRequestMessage(HttpMethod.Delete, $"{Pools}/123e4567-e89b-12d3-a456-426614174000");
        viewer.Headers.Authorization = new AuthenticationHeaderValue("Bearer", EmbeddedServer.ViewerToken);
        viewer.Headers.Add("X-User-Email", "admin@example.com");
        using HttpResponseMessage refused = await client.SendAsync(viewer);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    private static JsonObject Creation(string name, string? cluster)
    {
        JsonObject spec = Spec(1);
        spec["autoscaling"] = new JsonObject
        {
            ["enabled"] = true,
            ["minNodes"] = 1,
            ["maxNodes"] = 10,
        };
        return new()
        {
            ["name"] = name,
            ["cluster_id"] = cluster,
            ["spec"] = spec,
        };
    }

    private static JsonObject Spec(int nodes) =>
        new()
        {
            ["platform"] = new JsonObject
            {
                ["type"] = "gcp",
                ["gcp"] = new JsonObject
                {
                    ["machineType"] = "n1-standard-4",
                    ["diskSize"] = 100,
                    ["diskType"] = "pd-ssd",
                    ["zones"] = new JsonArray("us-central1-a"),
                    ["preemptible"] = false,
                },
            },
            ["nodeCount"] = nodes,
        };

    private async Task<JsonObject> FirstAsync() => (await SendAsync("GET", Pools, null, HttpStatusCode.OK))["nodepools"]![0]!.AsObject();

    private async Task<JsonObject> SendAsync(string method, string path, JsonNode? body, HttpStatusCode expected)
    {
        using HttpResponseMessage response = await CallAsync(method, path, body);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{method} {path}: {response.StatusCode} {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    private async Task<HttpResponseMessage> CallAsync(string method, string path, JsonNode? body)
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        return await server.Client.SendAsync(request);
    }
}
