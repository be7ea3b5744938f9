using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NodeManager.Server.Maintenances;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.Tests;

/// <summary>A maintenance is planned, followed as an operation, kept, and refused where it cannot be.</summary>
public sealed class MaintenanceRoutesTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    [Fact]
    public async Task A_maintenance_is_planned_executed_and_stored()
    {
        string[] nodes = await DrainableAsync();
        JsonObject plan = await PostAsync(
            "/plan",
            new
            {
                nodes,
                delete_emptydir_data = true,
                delete_unmanaged_pods = true,
            }
        );
        Assert.Equal([1, 2], plan["nodes"]!.AsArray().Select(static one => (int)one!["batch"]!));
        Assert.Empty((await server.Client.GetFromJsonAsync<JsonArray>(MaintenanceRoutes.Path))!);

        using var request = new HttpRequestMessage(HttpMethod.Post, MaintenanceRoutes.Path)
        {
            Content = JsonContent.Create(
                new
                {
                    nodes,
                    delete_emptydir_data = true,
                    delete_unmanaged_pods = true,
                    on_error = "Continue",
                }
            ),
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
        JsonNode run = Assert.Single((await server.Client.GetFromJsonAsync<JsonArray>(MaintenanceRoutes.Path))!)!;
        Assert.Equal((NodeMaintenanceRunStatus.Completed, 2), ((string?)run["status"], (int)run["completed"]!));
        JsonObject one = (await server.Client.GetFromJsonAsync<JsonObject>($"{MaintenanceRoutes.Path}/{run["id"]}"))!;
        Assert.All(
            one["nodes"]!.AsArray(),
            static node =>
                Assert.Contains(node!["steps"]!.AsArray(), static step => (string?)step!["name"] == NodeMaintenanceStepName.Drain)
        );
        Assert.False((bool)(await PostAsync($"/{run["id"]}/stop", null))["stopped"]!);
    }

    [Theory]
    [InlineData("/plan", """{"nodes":["none"]}""", HttpStatusCode.NotFound)]
    [InlineData("/plan", """{}""", HttpStatusCode.BadRequest)]
    [InlineData("/plan", """{"nodes":["memory-1a-01"],"max_unavailable":"many"}""", HttpStatusCode.BadRequest)]
    [InlineData("/plan", """{"nodes":["memory-1a-01"],"on_error":"panic"}""", HttpStatusCode.BadRequest)]
    [InlineData("", """{"nodes":["memory-1a-01"],"soak_seconds":-1}""", HttpStatusCode.BadRequest)]
    [InlineData("/none/resume", "", HttpStatusCode.NotFound)]
    [InlineData("/none/stop", "", HttpStatusCode.NotFound)]
    [InlineData("/*/stop", "", HttpStatusCode.NotFound)]
    public async Task An_invalid_maintenance_is_refused(string path, string body, HttpStatusCode status)
    {
        using var content = new StringContent(body, null, "application/json");
        Assert.Equal(
            status,
            (
                await server.Client.PostAsync(new Uri(MaintenanceRoutes.Path + path, UriKind.Relative), body.Length > 0 ? content : null)
            ).StatusCode
        );
    }

    // Two whose drains end as things are.
    private async Task<string[]> DrainableAsync()
    {
        List<string> found = [];
        foreach (JsonNode? node in (await server.Client.GetFromJsonAsync<JsonArray>(NodeRoutes.Prefix + "/nodes"))!)
        {
            var name = (string)node!["name"]!;
            JsonObject plan = (
                await server.Client.GetFromJsonAsync<JsonObject>(
                    $"{NodeRoutes.Prefix}/nodes/{name}/drain-plan?delete_emptydir_data=true&delete_unmanaged_pods=true"
                )
            )!;
            if (
                (bool)node["status"]!["ready"]!
                && (string?)plan["status"] == NodeDrainPlanStatus.Drainable
                && !name.StartsWith("control", StringComparison.Ordinal)
            )
                found.Add(name);
        }

        return [.. found.Take(2)];
    }

    private async Task<JsonObject> PostAsync(string path, object? body)
    {
        using HttpResponseMessage response = await server.Client.PostAsJsonAsync(MaintenanceRoutes.Path + path, body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }
}
