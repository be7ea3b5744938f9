using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace NodeManager.Server.Tests;

/// <summary>The routes of the scheduler plugin manager, as its guide calls them.</summary>
public sealed class SchedulerRoutesTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    [Fact]
    public async Task Plugins_are_listed_in_the_documented_shape()
    {
        JsonObject answer = await GetAsync("/api/v1/plugins");

        Assert.Equal("success", (string?)answer["status"]);
        JsonObject data = answer["data"]!.AsObject();
        Assert.Contains("NodeResourcesFit", data["enabled_plugins"]!["filter"]!.AsArray().Select(p => (string?)p));
        Assert.NotNull(data["disabled_plugins"]);
        Assert.NotNull(data["plugin_configs"]);
        string?[] plugins = [.. answer["supported_plugins"]!.AsArray().Select(p => (string?)p)];
        foreach (string plugin in new[] { "Coscheduling", "CapacityScheduling", "TargetLoadPacking", "LoadVariationRiskBalancing" })
            Assert.Contains(plugin, plugins);
        string?[] phases = [.. answer["supported_phases"]!.AsArray().Select(p => (string?)p)];
        foreach (string phase in new[] { "filter", "score", "reserve", "preBind", "preFilter", "postFilter", "permit", "bind", "postBind" })
            Assert.Contains(phase, phases);
    }

    [Fact]
    public async Task A_plugin_is_disabled_configured_enabled_and_rolled_back()
    {
        JsonObject before = await GetAsync("/api/v1/plugins");
        JsonObject backup = await SendAsync("POST", "/api/v1/config/backup", null, HttpStatusCode.OK);
        long revision = (long)backup["data"]!["revision"]!;

        JsonObject preview = await SendAsync(
            "POST",
            "/api/v1/plugins/ImageLocality/disable?dry_run=true",
            new { phases = new[] { "score" } },
            HttpStatusCode.OK
        );
        Assert.True((bool)preview["dry_run"]!);
        Assert.NotEmpty(preview["changes"]!.AsArray());
        Assert.Equal(before["data"]!.ToJsonString(), (await GetAsync("/api/v1/plugins"))["data"]!.ToJsonString());

        JsonObject disabled = await SendAsync(
            "POST",
            "/api/v1/plugins/ImageLocality/disable",
            new { phases = new[] { "score" }, reason = "test" },
            HttpStatusCode.OK
        );
        Assert.Equal(("success", "Restarted"), ((string?)disabled["status"], (string?)disabled["restart"]!["result"]));
        Assert.Contains("ImageLocality", (await StateAsync())["disabled_plugins"]!["score"]!.AsArray().Select(p => (string?)p));

        JsonObject again = await SendAsync(
            "POST",
            "/api/v1/plugins/ImageLocality/disable",
            new { phases = new[] { "score" } },
            HttpStatusCode.OK
        );
        Assert.Empty(again["changes"]!.AsArray());
        Assert.Null(again["restart"]);

        await SendAsync(
            "PUT",
            "/api/v1/plugins/NodeAffinity/config?restart=false",
            new { addedAffinity = (object?)null },
            HttpStatusCode.OK
        );
        JsonObject set = await SendAsync(
            "PUT",
            "/api/v1/plugins/InterPodAffinity/config?restart=false",
            new { hardPodAffinityWeight = 7 },
            HttpStatusCode.OK
        );
        Assert.Null(set["restart"]);
        Assert.Equal(7, (long)(await StateAsync())["plugin_configs"]!["InterPodAffinity"]!["hardPodAffinityWeight"]!);

        await SendAsync(
            "POST",
            "/api/v1/plugins/ImageLocality/enable?restart=false",
            new { phases = new[] { "score" } },
            HttpStatusCode.OK
        );
        JsonArray revisions = (await server.Client.GetFromJsonAsync<JsonArray>("/api/v1/config/revisions"))!;
        Assert.Contains(revisions, r => (string?)r!["reason"] == "test");

        JsonObject restored = await SendAsync("POST", $"/api/v1/config/revisions/{revision}/restore", null, HttpStatusCode.OK);
        Assert.Equal("Restarted", (string?)restored["restart"]!["result"]);
        Assert.Equal(before["data"]!["enabled_plugins"]!.ToJsonString(), (await StateAsync())["enabled_plugins"]!.ToJsonString());
    }

    [Fact]
    public async Task The_scheduler_is_restarted_and_healthy()
    {
        JsonObject waited = await SendAsync("POST", "/api/v1/scheduler/restart", null, HttpStatusCode.OK);
        Assert.Equal(("success", "Restarted"), ((string?)waited["status"], (string?)waited["result"]));

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/scheduler/restart");
        request.Headers.Add("Prefer", "respond-async");
        HttpResponseMessage accepted = await server.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        string events = await server.Client.GetStringAsync(accepted.Headers.Location + "/events");
        Assert.Contains("event: result", events, StringComparison.Ordinal);
        Assert.Contains("\"state\":\"Succeeded\"", events, StringComparison.Ordinal);

        JsonObject health = await GetAsync("/api/v1/health");
        Assert.Equal("healthy", (string?)health["status"]);
    }

    [Theory]
    [InlineData("POST", "/api/v1/plugins/NoSuchPlugin/enable", "{\"phases\":[\"filter\"]}", HttpStatusCode.NotFound)]
    [InlineData("POST", "/api/v1/plugins/ImageLocality/enable", "{\"phases\":[\"nowhere\"]}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/api/v1/plugins/ImageLocality/enable", "{\"phase\":[\"score\"]}", HttpStatusCode.BadRequest)]
    [InlineData("PUT", "/api/v1/plugins/InterPodAffinity/config", "{\"noSuchArgument\":1}", HttpStatusCode.BadRequest)]
    [InlineData("PUT", "/api/v1/plugins/InterPodAffinity/config", "{}", HttpStatusCode.BadRequest)]
    [InlineData("PUT", "/api/v1/plugins/InterPodAffinity/config", "[]", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/api/v1/scheduler/restart?deployment=none", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/config/revisions/99999", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/config/revisions/x", null, HttpStatusCode.NotFound)]
    public async Task Bad_input_gets_a_status_and_a_reason(string method, string path, string? body, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null)
            request.Content = new StringContent(body, null, "application/json");
        HttpResponseMessage response = await server.Client.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();

        Assert.True(response.StatusCode == status, $"{response.StatusCode}: {text}");
        JsonNode answer = JsonNode.Parse(text)!;
        Assert.Equal("error", (string?)answer["status"]);
        Assert.NotEqual("", (string?)answer["message"]);
    }

    private async Task<JsonObject> StateAsync() => (await GetAsync("/api/v1/plugins"))["data"]!.AsObject();

    private async Task<JsonObject> GetAsync(string path) => (await server.Client.GetFromJsonAsync<JsonObject>(path))!;

    private async Task<JsonObject> SendAsync(string method, string path, object? body, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        HttpResponseMessage response = await server.Client.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{method} {path}: {response.StatusCode}: {text}");
        return JsonNode.Parse(text)!.AsObject();
    }
}
