using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.Tests.Editors;

/// <summary>Two editors of one object: the second one is told what the first one changed, and overwrites nothing that was not seen.</summary>
public sealed class LostUpdateTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private const string Node = NodeRoutes.Prefix + "/nodes/worker-1b-01";
    private const string Pools = "/api/v1/nodepools";

    [Fact]
    public async Task A_label_that_another_editor_has_changed_is_a_conflict()
    {
        const string key = "example.com/owner";
        await SendAsync(
            "PUT",
            Node + "/labels",
            new
            {
                key,
                value = "ann",
                seen = new { },
            }
        );
        await SendAsync(
            "PUT",
            Node + "/labels",
            new
            {
                key,
                value = "bob",
                seen = new { value = "ann" },
            }
        );

        string refused = await ConflictAsync(
            "PUT",
            Node + "/labels",
            new
            {
                key,
                value = "carl",
                seen = new { value = "ann" },
            }
        );
        Assert.Contains("it was 'ann' and is 'bob' now", refused, StringComparison.Ordinal);
        Assert.Contains(
            "it was absent and is 'bob' now",
            await ConflictAsync(
                "PUT",
                Node + "/labels",
                new
                {
                    key,
                    value = "carl",
                    seen = new { },
                }
            ),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "it was 'ann' and is 'bob' now",
            await ConflictAsync("DELETE", $"{Node}/labels/{key}?seen=ann", null),
            StringComparison.Ordinal
        );
        Assert.Equal("bob", (string?)(await GetAsync(Node))["labels"]![key]);

        // Both editors want the same: nothing is lost.
        await SendAsync(
            "PUT",
            Node + "/labels",
            new
            {
                key,
                value = "bob",
                seen = new { value = "ann" },
            }
        );
        await SendAsync("DELETE", $"{Node}/labels/{key}?seen=bob", null);
        await SendAsync("DELETE", $"{Node}/labels/{key}?seen=bob", null);
        Assert.Null((await GetAsync(Node))["labels"]![key]);
    }

    [Fact]
    public async Task A_taint_that_another_editor_has_changed_is_a_conflict()
    {
        const string key = "example.com/use",
            effect = "NoSchedule";
        await SendAsync(
            "POST",
            Node + "/taints",
            new
            {
                key,
                value = "gpu",
                effect,
                seen = new { },
            }
        );
        await SendAsync(
            "POST",
            Node + "/taints",
            new
            {
                key,
                value = "x",
                effect = "PreferNoSchedule",
            }
        );
        await SendAsync(
            "POST",
            Node + "/taints",
            new
            {
                key,
                value = "web",
                effect,
                seen = new { value = "gpu" },
            }
        );

        Assert.Contains(
            "it was 'gpu' and is 'web' now",
            await ConflictAsync(
                "POST",
                Node + "/taints",
                new
                {
                    key,
                    value = "db",
                    effect,
                    seen = new { value = "gpu" },
                }
            ),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "it was 'gpu' and is 'web' now",
            await ConflictAsync("DELETE", $"{Node}/taints/{key}?effect={effect}&seen=gpu", null),
            StringComparison.Ordinal
        );

        JsonObject left = await SendAsync("DELETE", $"{Node}/taints/{key}?effect={effect}&seen=web", null);
        Assert.Equal(
            "PreferNoSchedule",
            (string?)Assert.Single(left["taints"]!.AsArray(), taint => (string?)taint!["key"] == key)!["effect"]
        );
        await SendAsync("DELETE", $"{Node}/taints/{key}", null);
    }

    [Fact]
    public async Task A_taint_that_was_seen_is_named_by_its_effect()
    {
        using HttpResponseMessage answer = await AnswerAsync("DELETE", $"{Node}/taints/example.com/use?seen=gpu", null);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_configuration_that_another_editor_has_changed_is_a_conflict()
    {
        string seen = await VersionAsync();
        JsonObject preview = await SendAsync(
            "POST",
            $"/api/v1/plugins/ImageLocality/disable?dry_run=true&seen={seen}",
            new { phases = new[] { "score" } }
        );
        Assert.Equal(seen, (string?)preview["version"]);
        await SendAsync("PUT", "/api/v1/plugins/InterPodAffinity/config?restart=false", new { hardPodAffinityWeight = 9 });

        foreach (string dryRun in new[] { "true", "false" })
        {
            string refused = await ConflictAsync(
                "POST",
                $"/api/v1/plugins/ImageLocality/disable?restart=false&dry_run={dryRun}&seen={seen}",
                new { phases = new[] { "score" } }
            );
            Assert.Contains("by local-admin: Set InterPodAffinity", refused, StringComparison.Ordinal);
            Assert.Contains("hardPodAffinityWeight", refused, StringComparison.Ordinal);
        }

        JsonObject state = (await GetAsync("/api/v1/plugins"))["data"]!.AsObject();
        Assert.Contains("ImageLocality", state["enabled_plugins"]!["score"]!.AsArray().Select(static one => (string?)one));
        Assert.Equal(9, (long)state["plugin_configs"]!["InterPodAffinity"]!["hardPodAffinityWeight"]!);
        await SendAsync(
            "POST",
            $"/api/v1/plugins/ImageLocality/disable?restart=false&seen={await VersionAsync()}",
            new { phases = new[] { "score" } }
        );
    }

    [Fact]
    public async Task A_pool_that_another_editor_has_changed_is_a_conflict()
    {
        JsonObject pool = (await server.Client.GetFromJsonAsync<JsonArray>(Pools + "/overview"))![0]!.AsObject();
        string path = $"{Pools}/{pool["id"]}";
        var generation = (long)pool["generation"]!;
        int count = (int)(pool["node_count"] ?? pool["desired_nodes"])!;
        await SendAsync("PATCH", path, new { node_count = count + 1, generation });

        Assert.Contains(
            "changed by another client",
            await ConflictAsync("PATCH", path, new { node_count = count + 5, generation }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "changed by another client",
            await ConflictAsync("POST", path + "/plan", new { node_count = count + 5, generation }),
            StringComparison.Ordinal
        );
        JsonObject now = (await server.Client.GetFromJsonAsync<JsonArray>(Pools + "/overview"))!
            .Single(one => (string?)one!["id"] == (string?)pool["id"])!
            .AsObject();
        Assert.Equal(count + 1, (int)(now["node_count"] ?? now["desired_nodes"])!);
    }

    private async Task<string> VersionAsync() => (string)(await GetAsync("/api/v1/plugins"))["data"]!["version"]!;

    private async Task<JsonObject> GetAsync(string path) => (await server.Client.GetFromJsonAsync<JsonObject>(path))!;

    private async Task<string> ConflictAsync(string method, string path, object? body)
    {
        using HttpResponseMessage answer = await AnswerAsync(method, path, body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Conflict, $"{answer.StatusCode}: {text}");
        JsonNode refusal = JsonNode.Parse(text)!;
        return refusal["error"] is JsonObject pool
            ? $"{pool["message"]}"
            : (ErrorIds.Conflict == (string?)refusal["error"] ? (string)refusal["message"]! : $"error {refusal["error"]}");
    }

    private async Task<JsonObject> SendAsync(string method, string path, object? body)
    {
        using HttpResponseMessage answer = await AnswerAsync(method, path, body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    private async Task<HttpResponseMessage> AnswerAsync(string method, string path, object? body)
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        return await server.Client.SendAsync(request);
    }
}
