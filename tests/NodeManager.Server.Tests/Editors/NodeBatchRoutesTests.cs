using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.Tests.Editors;

/// <summary>Changes and drains of several nodes by one request.</summary>
public sealed class NodeBatchRoutesTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private static readonly string Nodes = NodeRoutes.Prefix + "/nodes";

    public static TheoryData<string, object, string?, string?> Changes =>
        new()
        {
            { "Cordon", new { }, null, "cordoned" },
            { "Uncordon", new { }, "cordoned", null },
            { "SetLabel", new { key = "example.com/rack", value = "r1" }, null, "r1" },
            { "SetLabel", new { key = "example.com/rack", value = "" }, null, "" },
            { "RemoveLabel", new { key = "example.com/rack" }, "r1", null },
            {
                "SetTaint",
                new
                {
                    key = "example.com/maintenance",
                    value = "now",
                    effect = "NoSchedule",
                },
                null,
                "now"
            },
            { "RemoveTaint", new { key = "example.com/maintenance", effect = "NoSchedule" }, "now", null },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_change_is_previewed_then_made_then_has_no_effect(string change, object fields, string? before, string? after)
    {
        string[] names = await WorkersAsync(3);
        foreach (string name in names)
            await PrepareAsync(name, change, fields, before);
        try
        {
            JsonArray preview = await ChangeAsync(names, change, fields, dryRun: true);
            Assert.Equal(names, preview.Select(static one => (string)one!["name"]!));
            Assert.All(preview, one => AssertResult("Changed", before, after, one));
            // Nothing was stored.
            Assert.All(await ChangeAsync(names, change, fields, dryRun: true), one => AssertResult("Changed", before, after, one));

            Assert.All(await ChangeAsync(names, change, fields), one => AssertResult("Changed", before, after, one));
            await UntilAsync(async () =>
                (await ChangeAsync(names, change, fields)).All(static one => (string)one!["outcome"]! == "Unchanged")
            );
        }
        finally
        {
            foreach (string name in names)
                await CleanAsync(name);
        }
    }

    [Fact]
    public async Task A_value_that_changed_since_the_preview_is_kept_and_the_other_nodes_are_changed()
    {
        string[] names = await WorkersAsync(2);
        string key = "example.com/owner";
        await server.Client.PutAsJsonAsync($"{Nodes}/{names[0]}/labels", new { key, value = "bob" });
        HttpResponseMessage answer = await server.Client.PostAsJsonAsync(
            $"{Nodes}/changes",
            new
            {
                nodes = new object[]
                {
                    new { name = names[0], seen = new { value = "ann" } },
                    new { name = names[1], seen = new { } },
                    new { name = "no-such-node" },
                },
                change = "SetLabel",
                key,
                value = "carl",
            }
        );
        JsonArray results = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["nodes"]!.AsArray();

        Assert.Equal(["Failed", "Changed", "Failed"], results.Select(static one => (string)one!["outcome"]!));
        Assert.Equal("Conflict", (string)results[0]!["error"]!);
        Assert.Contains("'ann' and is 'bob' now", (string)results[0]!["message"]!, StringComparison.Ordinal);
        Assert.Equal("NodeNotFound", (string)results[2]!["error"]!);
        Assert.Equal("bob", (string)(await NodeAsync(names[0]))["labels"]![key]!);
        Assert.Equal("carl", (string)(await NodeAsync(names[1]))["labels"]![key]!);
        foreach (string name in names)
            await CleanAsync(name);
    }

    [Theory]
    [InlineData("changes", """{"nodes":[],"change":"Cordon"}""", "InvalidBody")]
    [InlineData("changes", """{"nodes":[{"name":"a"}]}""", "InvalidBody")]
    [InlineData("changes", """{"nodes":[{"name":"a"}],"change":"Delete"}""", "InvalidRequest")]
    [InlineData("changes", """{"nodes":[{"name":"a"}],"change":"SetLabel"}""", "InvalidBody")]
    [InlineData("changes", """{"nodes":[{"name":"a"}],"change":"SetLabel","key":"-bad-"}""", "InvalidLabelKey")]
    [InlineData("changes", """{"nodes":[{"name":"a"}],"change":"SetTaint","key":"a","effect":"Never"}""", "InvalidTaint")]
    [InlineData("drain", """{"nodes":[]}""", "InvalidBody")]
    [InlineData("drain/plan", """{"nodes":["a"],"throttle_limit":0}""", "Invalid")]
    public async Task Invalid_input_changes_nothing(string path, string body, string error)
    {
        HttpResponseMessage response = await server.Client.PostAsync(
            new Uri($"{Nodes}/{path}", UriKind.Relative),
            new StringContent(body, null, "application/json")
        );
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(error, (string)(await response.Content.ReadFromJsonAsync<JsonObject>())!["error"]!);
    }

    [Fact]
    public async Task A_drain_of_several_nodes_is_planned_started_and_joined()
    {
        string[] names = await WorkersAsync(2);
        var body = new
        {
            nodes = names,
            delete_emptydir_data = true,
            delete_unmanaged_pods = true,
            timeout_seconds = 60,
        };
        HttpResponseMessage planned = await server.Client.PostAsJsonAsync($"{Nodes}/drain/plan", body);
        JsonArray plans = (await planned.Content.ReadFromJsonAsync<JsonArray>())!;
        Assert.Equal(names.Order(), plans.Select(static one => (string)one!["node"]!).Order());

        using HttpResponseMessage started = await server.Client.PostAsJsonAsync($"{Nodes}/drain", body);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        string id = (string)(await started.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
        using HttpResponseMessage again = await server.Client.PostAsJsonAsync($"{Nodes}/drain", body);
        if (again.StatusCode == HttpStatusCode.Accepted && (string)(await OperationAsync(id))["state"]! == "Running")
            Assert.Equal(id, (string)(await again.Content.ReadFromJsonAsync<JsonObject>())!["id"]!);
        JsonObject ended = await UntilEndedAsync(id);
        Assert.Equal(2, ended["results"]!.AsArray().Count);
        Assert.All(names, name => Assert.True((bool)NodeAsync(name).Result["status"]!["unschedulable"]!));
        foreach (string name in names)
            await server.Client.PostAsync(new Uri($"{Nodes}/{name}/uncordon", UriKind.Relative), null);
    }

    [Fact]
    public async Task A_rehearsal_drains_a_copy_and_leaves_the_cluster_as_it_is()
    {
        string name = "";
        foreach (string worker in await WorkersAsync(12))
        {
            string path = $"{Nodes}/{worker}/drain-plan?delete_emptydir_data=true&delete_unmanaged_pods=true";
            JsonObject plan = (await server.Client.GetFromJsonAsync<JsonObject>(path))!;
            JsonNode?[] evicted = [.. plan["pods"]!.AsArray().Where(static one => (string)one!["decision"]! == "Evict")];
            if (
                (string)plan["status"]! == "Drainable"
                && evicted.Length > 0
                && !evicted.Any(static one => (bool)one!["blocked_by_budget"]!)
            )
                name = worker;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Nodes}/drain/rehearsal")
        {
            Headers = { { "Prefer", "respond-async" } },
            Content = JsonContent.Create(
                new
                {
                    nodes = new[] { name },
                    delete_emptydir_data = true,
                    delete_unmanaged_pods = true,
                }
            ),
        };
        using HttpResponseMessage started = await server.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        string id = (string)(await started.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
        using HttpResponseMessage second = await server.Client.PostAsJsonAsync($"{Nodes}/drain/rehearsal", new { nodes = new[] { name } });
        JsonObject ended = await UntilEndedAsync(id);

        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.True((string)ended["state"]! == "Succeeded", ended.ToJsonString());
        JsonObject outcome = ended["results"]![0]!.AsObject();
        JsonObject node = outcome["nodes"]![0]!.AsObject();
        Assert.Equal((name, "Drained"), ((string)node["node"]!, (string)node["status"]!));
        Assert.True((int)node["evicted"]! > 0);
        Assert.InRange((double)outcome["seconds"]!, 0.1, 300);
        Assert.False((bool)(await NodeAsync(name))["status"]!["unschedulable"]!);
    }

    private static void AssertResult(string outcome, string? before, string? after, JsonNode? result)
    {
        Assert.True(outcome == (string)result!["outcome"]!, result.ToJsonString());
        Assert.Equal(before, (string?)result["before"]);
        Assert.Equal(after, (string?)result["after"]);
    }

    private async Task PrepareAsync(string name, string change, object fields, string? before)
    {
        if (before is null)
            return;
        JsonObject wanted = System.Text.Json.JsonSerializer.SerializeToNode(fields)!.AsObject();
        if (wanted["key"] is not null)
            wanted["value"] = before;
        HttpResponseMessage answer = change switch
        {
            "Uncordon" => await server.Client.PostAsync(new Uri($"{Nodes}/{name}/cordon", UriKind.Relative), null),
            "RemoveTaint" => await server.Client.PostAsJsonAsync($"{Nodes}/{name}/taints", wanted),
            _ => await server.Client.PutAsJsonAsync($"{Nodes}/{name}/labels", wanted),
        };
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task CleanAsync(string name)
    {
        await server.Client.PostAsync(new Uri($"{Nodes}/{name}/uncordon", UriKind.Relative), null);
        foreach (string path in (string[])["labels/example.com/rack", "labels/example.com/owner", "taints/example.com/maintenance"])
            await server.Client.DeleteAsync(new Uri($"{Nodes}/{name}/{path}", UriKind.Relative));
    }

    private async Task<JsonArray> ChangeAsync(string[] names, string change, object fields, bool dryRun = false)
    {
        JsonObject body = System.Text.Json.JsonSerializer.SerializeToNode(fields)!.AsObject();
        body["nodes"] = new JsonArray([.. names.Select(static name => new JsonObject { ["name"] = name })]);
        body["change"] = change;
        body["dry_run"] = dryRun;
        HttpResponseMessage answer = await server.Client.PostAsJsonAsync($"{Nodes}/changes", body);
        JsonObject result = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.True(answer.StatusCode == HttpStatusCode.OK, result.ToJsonString());
        return result["nodes"]!.AsArray();
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, int seconds = 10)
    {
        for (var i = 0; i < seconds * 10; i++)
        {
            if (await condition())
                return;
            await Task.Delay(100);
        }

        Assert.Fail($"The condition was not met within {seconds} seconds.");
    }

    private async Task<JsonObject> UntilEndedAsync(string id)
    {
        JsonObject operation = [];
        await UntilAsync(async () => (string)(operation = await OperationAsync(id))["state"]! != "Running", 90);
        return operation;
    }

    private async Task<JsonObject> OperationAsync(string id) =>
        (await server.Client.GetFromJsonAsync<JsonObject>($"/api/v1/operations/{id}"))!;

    private async Task<JsonObject> NodeAsync(string name) => (await server.Client.GetFromJsonAsync<JsonObject>($"{Nodes}/{name}"))!;

    private async Task<string[]> WorkersAsync(int count)
    {
        JsonArray nodes = (await server.Client.GetFromJsonAsync<JsonArray>(Nodes))!;
        return
        [
            .. nodes
                .Where(static one =>
                    (bool)one!["status"]!["ready"]!
                    && !(bool)one["status"]!["unschedulable"]!
                    && one["labels"]!["node-role.kubernetes.io/control-plane"] is null
                )
                .Select(static one => (string)one!["name"]!)
                .Take(count),
        ];
    }
}
