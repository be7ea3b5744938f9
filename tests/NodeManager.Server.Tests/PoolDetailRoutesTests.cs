using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace NodeManager.Server.Tests;

/// <summary>What pages about pools read and change: a plan before each change, and a roll that is followed and asked to pause.</summary>
public sealed class PoolDetailRoutesTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private const string Pools = "/api/v1/nodepools";

    [Fact]
    public async Task A_plan_changes_nothing_and_matches_the_change()
    {
        JsonObject pool = await PoolAsync("memory");
        string path = $"{Pools}/{pool["id"]}";

        JsonObject plan = await SendAsync(HttpMethod.Post, path + "/plan", new { node_count = 3 });
        Assert.Equal((NodePoolEffect.AddsNodes, 3, true), ((string?)plan["effect"], (int)plan["desired_nodes"]!, (bool)plan["certain"]!));
        Assert.Equal("spec.nodeCount", (string?)Assert.Single(plan["fields"]!.AsArray())!["field"]);
        Assert.Equal(2, (int)(await PoolAsync("memory"))["node_count"]!);

        await SendAsync(HttpMethod.Patch, path, new { node_count = 3 });
        Assert.Equal(3, (int)(await PoolAsync("memory"))["node_count"]!);
        JsonArray nodes = [];
        for (int i = 0; i < 600 && nodes.Count < 3; i++)
        {
            nodes = (await server.Client.GetFromJsonAsync<JsonArray>(path + "/nodes"))!;
            await Task.Delay(100);
        }

        Assert.Equal(3, nodes.Count);
        JsonObject spec = (await PoolAsync("memory"))["spec"]!.DeepClone().AsObject();
        spec["nodeCount"] = 2;
        Assert.Equal(NodePoolEffect.RemovesNodes, (string?)(await SendAsync(HttpMethod.Post, path + "/plan", new { spec }))["effect"]);
    }

    [Fact]
    public async Task A_pool_update_is_planned_followed_and_completed()
    {
        string path = $"{Pools}/{(await PoolAsync("gpu"))["id"]}/update";
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
        using HttpResponseMessage planned = await server.Client.PostAsJsonAsync(path + "/plan", new { machine_type = "g6.2xlarge" });
        Assert.Equal(2, (await planned.Content.ReadFromJsonAsync<JsonArray>())!.Count);

        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = JsonContent.Create(new { machine_type = "g6.2xlarge", delete_emptydir_data = true }),
            Headers = { { "Prefer", "respond-async" } },
        };
        using HttpResponseMessage accepted = await server.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        JsonObject operation = (await accepted.Content.ReadFromJsonAsync<JsonObject>())!;
        for (int i = 0; i < 1800 && (string?)operation["state"] == "Running"; i++)
        {
            await Task.Delay(100);
            operation = (await server.Client.GetFromJsonAsync<JsonObject>(accepted.Headers.Location))!;
        }

        Assert.True((string?)operation["state"] == "Succeeded", operation.ToJsonString());
        JsonNode update = Assert.Single(operation["results"]!.AsArray())!;
        Assert.Equal((NodePoolUpdateStatus.Completed, 2), ((string?)update["status"], (int)update["removed"]!));
        await PoolAsync("gpu-2");
    }

    [Theory]
    [InlineData("POST", "/plan", """{"node_count":1,"spec":{}}""", HttpStatusCode.BadRequest)]
    [InlineData("PATCH", "", """{"node_count":-1}""", HttpStatusCode.BadRequest)]
    [InlineData("PATCH", "", """{"count":1}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/update", """{"strategy":"Surge"}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/update", """{"strategy":"Follow"}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/update/pause", "", HttpStatusCode.NotFound)]
    [InlineData("POST", "/update/resume", "", HttpStatusCode.NotFound)]
    [InlineData("POST", "/update/stop", "", HttpStatusCode.NotFound)]
    [InlineData("POST", "/update/rollback", "", HttpStatusCode.NotFound)]
    public async Task An_invalid_pool_change_is_refused(string method, string path, string body, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new(method), $"{Pools}/{(await PoolAsync("worker"))["id"]}{path}");
        if (body.Length > 0)
            request.Content = new StringContent(body, null, "application/json");
        using HttpResponseMessage answer = await server.Client.SendAsync(request);
        Assert.True(status == answer.StatusCode, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    private async Task<JsonObject> PoolAsync(string name) =>
        (await server.Client.GetFromJsonAsync<JsonArray>(Pools + "/overview"))!.First(one => (string?)one!["name"] == name)!.AsObject();

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }
}
