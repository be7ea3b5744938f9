using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Drains;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Server.Nodes;
using NodeManager.Server.Tests.Serving;

namespace NodeManager.Server.Tests.Nodes;

public sealed class NodeRoutesTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private static readonly string Nodes = NodeRoutes.Prefix + "/nodes";

    [Fact]
    public async Task Nodes_are_listed_in_the_documented_shape()
    {
        JsonArray nodes = (await server.Client.GetFromJsonAsync<JsonArray>(Nodes))!;
        Assert.Equal(12, nodes.Count);
        JsonObject ready = nodes.Select(n => n!.AsObject()).First(n => n["usage"] is not null);
        Assert.Equal(
            ["name", "labels", "taints", "status", "capacity", "allocatable", "usage", "pods", "age"],
            ready.Select(p => p.Key).Take(9)
        );
        Assert.StartsWith("v1.", (string)ready["version"]!, StringComparison.Ordinal);
        Assert.StartsWith("eu-central-1", (string)ready["zone"]!, StringComparison.Ordinal);
        Assert.InRange((decimal)ready["requested"]!["cpu_percent"]!, 0.1m, 100);
        Assert.True((bool)ready["status"]!["ready"]!);
        Assert.Equal("Ready", (string)ready["status"]!["phase"]!);
        Assert.InRange((decimal)ready["usage"]!["cpu_percent"]!, 0, 100);
        Assert.Matches("^[0-9.]+$", (string)ready["capacity"]!["cpu"]!);
        Assert.Matches("^[0-9.]+Gi$", (string)ready["capacity"]!["memory"]!);
        Assert.Matches("^([0-9]+[dhms])+$", (string)ready["age"]!);
    }

    [Fact]
    public async Task The_list_is_compressed_for_clients_that_accept_it()
    {
        string plain = await server.Client.GetStringAsync(new Uri(Nodes, UriKind.Relative));
        using HttpRequestMessage request = new(HttpMethod.Get, Nodes) { Headers = { { "Accept-Encoding", "br, gzip" } } };
        using HttpResponseMessage answer = await server.Client.SendAsync(request);

        Assert.Equal(["gzip"], answer.Content.Headers.ContentEncoding);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        byte[] bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.InRange(bytes.Length, 1, plain.Length / 3);
        using GZipStream gzip = new(new MemoryStream(bytes), CompressionMode.Decompress);
        JsonArray nodes = (await JsonSerializer.DeserializeAsync<JsonArray>(gzip))!;
        Assert.Equal(
            JsonNode.Parse(plain)!.AsArray().Select(static one => (string)one!["name"]!),
            nodes.Select(static one => (string)one!["name"]!)
        );
    }

    [Fact]
    public async Task A_client_that_has_the_list_gets_304_until_a_node_changes()
    {
        string name = await WorkerAsync();
        // Usage or another test may change a node between two requests.
        EntityTagHeaderValue? known = null;
        HttpStatusCode status = HttpStatusCode.OK;
        for (int attempt = 0; attempt < 50 && status == HttpStatusCode.OK; attempt++)
            (status, known, _) = await ListAsync(known);
        Assert.Equal(HttpStatusCode.NotModified, status);

        HttpResponseMessage set = await server.Client.PutAsJsonAsync(
            $"{Nodes}/{name}/labels",
            new { key = "example.com/listing", value = "1" }
        );
        set.EnsureSuccessStatusCode();
        (HttpStatusCode Status, EntityTagHeaderValue? Tag, string Body) after = await ListAsync(known);
        await server.Client.DeleteAsync(new Uri($"{Nodes}/{name}/labels/example.com/listing", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, after.Status);
        Assert.NotEqual(known, after.Tag);
        Assert.Contains("example.com/listing", after.Body, StringComparison.Ordinal);

        async Task<(HttpStatusCode Status, EntityTagHeaderValue? Tag, string Body)> ListAsync(EntityTagHeaderValue? tag)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, Nodes);
            if (tag is not null)
                request.Headers.IfNoneMatch.Add(tag);
            using HttpResponseMessage answer = await server.Client.SendAsync(request);
            return (answer.StatusCode, answer.Headers.ETag, await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Statistics_add_up()
    {
        JsonArray nodes = (await server.Client.GetFromJsonAsync<JsonArray>(Nodes))!;
        JsonObject statistics = (await server.Client.GetFromJsonAsync<JsonObject>(Nodes + "/stats"))!;
        Assert.Equal(nodes.Count, (int)statistics["total_nodes"]!);
        Assert.Equal(nodes.Count(n => (bool)n!["status"]!["ready"]!), (int)statistics["ready_nodes"]!);
        Assert.Equal((int)statistics["total_nodes"]!, (int)statistics["ready_nodes"]! + (int)statistics["not_ready_nodes"]!);
    }

    [Fact]
    public async Task A_label_is_set_and_removed()
    {
        string name = await WorkerAsync();
        HttpResponseMessage set = await server.Client.PutAsJsonAsync(
            $"{Nodes}/{name}/labels",
            new { key = "example.com/environment", value = "production" }
        );
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        Assert.Equal("production", (string)(await NodeAsync(name))["labels"]!["example.com/environment"]!);

        HttpResponseMessage removed = await server.Client.DeleteAsync(
            new Uri($"{Nodes}/{name}/labels/example.com/environment", UriKind.Relative)
        );
        Assert.Equal(HttpStatusCode.OK, removed.StatusCode);
        Assert.Null((await NodeAsync(name))["labels"]!["example.com/environment"]);
    }

    [Fact]
    public async Task A_taint_is_set_and_removed()
    {
        string name = await WorkerAsync();
        HttpResponseMessage set = await server.Client.PostAsJsonAsync(
            $"{Nodes}/{name}/taints",
            new
            {
                key = "dedicated",
                value = "gpu-workloads",
                effect = "PreferNoSchedule",
            }
        );
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        Assert.Contains(
            (await NodeAsync(name))["taints"]!.AsArray(),
            t => (string)t!["key"]! == "dedicated" && (string)t["value"]! == "gpu-workloads"
        );

        await server.Client.DeleteAsync(new Uri($"{Nodes}/{name}/taints/dedicated", UriKind.Relative));
        Assert.DoesNotContain((await NodeAsync(name))["taints"]!.AsArray(), t => (string)t!["key"]! == "dedicated");
    }

    [Fact]
    public async Task A_node_is_cordoned_drained_and_uncordoned()
    {
        string name = await DrainableAsync();
        JsonObject result = await DrainAsync(
            name,
            new
            {
                delete_emptydir_data = true,
                delete_unmanaged_pods = true,
                timeout_seconds = 60,
            }
        );
        Assert.Equal("Node drained successfully", (string)result["message"]!);
        Assert.True((int)result["pods_deleted"]! > 0);
        Assert.True((bool)(await NodeAsync(name))["status"]!["unschedulable"]!);

        HttpResponseMessage back = await server.Client.PostAsync(new Uri($"{Nodes}/{name}/uncordon", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
        Assert.False((bool)(await NodeAsync(name))["status"]!["unschedulable"]!);
    }

    [Theory]
    [InlineData("GET", "/nodes/no-such-node", null, HttpStatusCode.NotFound, "NodeNotFound")]
    [InlineData("POST", "/nodes/no-such-node/drain", "{}", HttpStatusCode.NotFound, "NodeNotFound")]
    [InlineData("POST", "/nodes/no-such-node/cordon", null, HttpStatusCode.NotFound, "NodeNotFound")]
    [InlineData("DELETE", "/nodes/no-such-node/taints/a", null, HttpStatusCode.NotFound, "NodeNotFound")]
    [InlineData("GET", "/nodes/*", null, HttpStatusCode.NotFound, "NodeNotFound")]
    [InlineData("PUT", "/nodes/x/labels", """{"key":"-bad-","value":"v"}""", HttpStatusCode.BadRequest, "InvalidLabelKey")]
    [InlineData("PUT", "/nodes/x/labels", """{"value":"v"}""", HttpStatusCode.BadRequest, "InvalidBody")]
    [InlineData("PUT", "/nodes/x/labels", """{"key":""", HttpStatusCode.BadRequest, "InvalidBody")]
    [InlineData("PUT", "/nodes/x/labels", """{"key":"a","valeu":"v"}""", HttpStatusCode.BadRequest, "InvalidBody")]
    [InlineData("POST", "/nodes/x/taints", """{"key":"a","effect":"NoWay"}""", HttpStatusCode.BadRequest, "InvalidTaint")]
    [InlineData("POST", "/nodes/x/drain", """{"grace_period_seconds":-1}""", HttpStatusCode.BadRequest, "InvalidDuration")]
    [InlineData("POST", "/nodes/x/drain", """{"surge_timeout_seconds":1e300}""", HttpStatusCode.BadRequest, "InvalidBody")]
    [InlineData("POST", "/nodes/x/drain", """{"throttle_limit":0}""", HttpStatusCode.BadRequest, "Invalid")]
    [InlineData("POST", "/nodes/x/drain", """{"eviction_api":"None"}""", HttpStatusCode.BadRequest, "Invalid")]
    [InlineData("POST", "/nodes/x/drain", """{"force_stuck_seconds":1}""", HttpStatusCode.BadRequest, "InvalidBody")]
    [InlineData(
        "POST",
        "/../../v1/maintenances/plan",
        """{"nodes":["x"],"max_parallel_evictions":0}""",
        HttpStatusCode.BadRequest,
        "Invalid"
    )]
    [InlineData("POST", "/../../v1/plugins/ImageLocality/disable?dry_run=maybe", null, HttpStatusCode.BadRequest, "InvalidRequest")]
    [InlineData("GET", "/nowhere", null, HttpStatusCode.NotFound, "RouteNotFound")]
    public async Task Invalid_input_gets_a_status_and_a_reason(
        string method,
        string path,
        string? body,
        HttpStatusCode status,
        string error
    )
    {
        using var request = new HttpRequestMessage(new(method), NodeRoutes.Prefix + path);
        if (body is not null)
            request.Content = new StringContent(body, null, "application/json");
        HttpResponseMessage response = await server.Client.SendAsync(request);
        Assert.Equal(status, response.StatusCode);
        JsonObject answer = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal(error, (string)answer["error"]!);
        Assert.NotEqual("", (string)answer["message"]!);
    }

    [Fact]
    public async Task A_drain_has_the_options_of_its_body()
    {
        string name = await DrainableAsync();
        JsonObject result = await DrainAsync(
            name,
            new
            {
                delete_emptydir_data = true,
                delete_unmanaged_pods = true,
                pod_selector = "app=no-such-app",
            }
        );

        Assert.Equal(0, (int)result["pods_deleted"]!);
        Assert.Equal(
            HttpStatusCode.OK,
            (await server.Client.PostAsync(new Uri($"{Nodes}/{name}/uncordon", UriKind.Relative), null)).StatusCode
        );
    }

    [Fact]
    public async Task A_drain_that_does_not_end_has_the_last_warnings_about_its_pods()
    {
        string name = await DrainableAsync();
        NodeDrainPlan plan = (await DrainPlanner.PlanAsync(server.Session, [name], BlockedNode.Options, CancellationToken.None))[0];
        NodeDrainPlanPod pod = plan.Pods.First(static one => one.Decision == DrainDecision.Evict);
        await SetFinalizersAsync(pod, "example.com/hold");
        await WarnAsync(pod, "FailedKillPod", "error killing pod: context deadline exceeded");
        try
        {
            HttpResponseMessage drained = await server.Client.PostAsJsonAsync(
                $"{Nodes}/{name}/drain",
                new
                {
                    delete_emptydir_data = true,
                    delete_unmanaged_pods = true,
                    grace_period_seconds = 1,
                    timeout_seconds = 4,
                }
            );
            JsonObject result = (await drained.Content.ReadFromJsonAsync<JsonObject>())!;

            Assert.True(drained.StatusCode == HttpStatusCode.Conflict, result.ToJsonString());
            Assert.Contains(result["blockers"]!.AsArray(), one => ((string)one!).Contains(pod.Name, StringComparison.Ordinal));
            string happened = (string)Assert.Single(result["events"]!.AsArray())!;
            Assert.StartsWith($"{pod.Name}: FailedKillPod (4 times, last ", happened, StringComparison.Ordinal);
            Assert.EndsWith(": error killing pod: context deadline exceeded", happened, StringComparison.Ordinal);
        }
        finally
        {
            await SetFinalizersAsync(pod, null);
            await server.Client.PostAsync(new Uri($"{Nodes}/{name}/uncordon", UriKind.Relative), null);
        }
    }

    [Theory]
    [InlineData("POST", "/nodes/x/drain", HttpStatusCode.UnsupportedMediaType, "UnsupportedMediaType")]
    [InlineData("POST", "/nodes/x/labels", HttpStatusCode.MethodNotAllowed, "MethodNotAllowed")]
    public async Task Requests_refused_by_routing_get_a_reason(string method, string path, HttpStatusCode status, string error)
    {
        using var request = new HttpRequestMessage(new(method), NodeRoutes.Prefix + path)
        {
            Content = new StringContent("a=b", null, "application/x-www-form-urlencoded"),
        };
        HttpResponseMessage response = await server.Client.SendAsync(request);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(error, (string)(await response.Content.ReadFromJsonAsync<JsonObject>())!["error"]!);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    [InlineData("")]
    public async Task Without_a_token_no_data_is_served(string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Client.BaseAddress!, Nodes));
        if (token is not null)
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        using var client = new HttpClient();
        HttpResponseMessage response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.DoesNotContain(EmbeddedServer.Token, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<JsonObject> DrainAsync(string name, object options)
    {
        HttpResponseMessage drained = await server.Client.PostAsJsonAsync($"{Nodes}/{name}/drain", options);
        JsonObject result = (await drained.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.True(drained.StatusCode == HttpStatusCode.OK, result.ToJsonString());
        return result;
    }

    private async Task<JsonObject> NodeAsync(string name) => (await server.Client.GetFromJsonAsync<JsonObject>($"{Nodes}/{name}"))!;

    private async Task<string> WorkerAsync() => (await WorkersAsync())[0].Name;

    private async Task<List<ClusterNode>> WorkersAsync()
    {
        var nodes = new List<ClusterNode>();
        await foreach (
            ClusterNode node in NodeReader.ReadAsync(
                server.Session,
                new() { Statuses = [NodeStatus.Ready] },
                missing => throw missing,
                NullObserver.Instance,
                CancellationToken.None
            )
        )
            if (!node.Unschedulable && !node.Roles.Contains("control-plane"))
                nodes.Add(node);
        return nodes;
    }

    private Task SetFinalizersAsync(NodeDrainPlanPod pod, string? finalizer) =>
        server.Session.UseAsync(
            (client, token) =>
                client.PatchAsync(
                    Resources.Pods,
                    pod.Name,
                    pod.Namespace,
                    Patch.Merge(
                        new() { ["metadata"] = new JsonObject { ["finalizers"] = finalizer is null ? null : new JsonArray(finalizer) } }
                    ),
                    null,
                    RequestOptions.Default,
                    token
                ),
            default
        );

    private Task WarnAsync(NodeDrainPlanPod pod, string reason, string message) =>
        server.Session.UseAsync(
            (client, token) =>
                client.CreateAsync(
                    Resources.Events,
                    new Event
                    {
                        Metadata = new() { Name = $"{pod.Name}.warning", Namespace = pod.Namespace },
                        InvolvedObject = new()
                        {
                            Kind = "Pod",
                            ApiVersion = "v1",
                            Name = pod.Name,
                            Namespace = pod.Namespace,
                        },
                        Type = "Warning",
                        Reason = reason,
                        Message = message,
                        Count = 4,
                        LastTimestamp = client.Time.GetUtcNow().AddSeconds(-3),
                    },
                    pod.Namespace,
                    token
                ),
            default
        );

    // One that no budget holds up, and that has something to evict.
    private async Task<string> DrainableAsync()
    {
        foreach (ClusterNode node in await WorkersAsync())
        {
            NodeDrainPlan plan = (await DrainPlanner.PlanAsync(server.Session, [node.Name], BlockedNode.Options, CancellationToken.None))[
                0
            ];
            if (plan is { CanDrain: true, BlockedByBudget: 0, Evict: > 0 })
                return node.Name;
        }

        throw new InvalidOperationException("The seeded cluster has no node that can be drained without waiting.");
    }
}
