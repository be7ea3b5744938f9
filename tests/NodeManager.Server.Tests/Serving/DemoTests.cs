using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Providers;
using NodeManager.Sandbox;
using NodeManager.Server.Demonstration;
using NodeManager.Server.Nodes;
using NodeManager.Sessions;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.Serving;

/// <summary>The demo fills every page of the console.</summary>
public sealed class DemoTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>What each page of the console's menu shows, by its address below /admin.</summary>
    private static readonly (string Page, string Path, Func<JsonNode, bool> HasContent)[] Pages =
    [
        ("nodes", NodeRoutes.Prefix + "/nodes", static all => Some(all)),
        ("alerts", "/api/v1/alerts", static all => Some(all["alerts"], one => (string?)one["status"] == "Firing")),
        (
            "alerts",
            "/api/v1/alerts",
            static all => Some(all["alerts"], one => (string?)one["status"] == "Resolved" && (string?)one["cause"] == DemoWork.Condition)
        ),
        ("pools", "/api/v1/nodepools/overview?provider=Service", static all => Some(all, one => (int)one["active_nodes"]! > 0)),
        ("pools/cluster", "/api/v1/nodepools/overview?provider=Cluster", static all => Some(all, one => (string?)one["name"] == "burst")),
        ("autoscaler", "/api/v1/autoscaler", static all => (string?)all["status"] == "Running" && Some(all["pools"])),
        ("autoscaler/decisions", "/api/v1/autoscaler", static all => Some(all["decisions"])),
        (
            "autoscaler/claims",
            "/api/v1/autoscaler/claims",
            static all => Some(all, one => (string?)one["status"] == "Ready" && one["node"]!.ToString() != "")
        ),
        (
            "autoscaler/plan",
            "/api/v1/autoscaler/plan",
            static all => Some(all["pods"], one => one["name"]!.ToString().StartsWith("training-", StringComparison.Ordinal))
        ),
        ("maintenance", "/api/v1/maintenances", static all => Some(all, one => (string?)one["status"] == "Completed")),
        ("maintenance", "/api/v1/maintenances", static all => Some(all, one => (string?)one["status"] == "Running")),
        ("agents", "/api/v1/agents/plans", static all => Some(all, one => (string?)one["status"] == "Pending")),
        ("activity", "/api/v1/activity", static all => Some(all, one => (string?)one["who"] == DemoService.User)),
        ("scheduler", "/api/v1/plugins", static all => all["data"]!["enabled_plugins"] is JsonObject { Count: > 0 }),
        ("scheduler/revisions", "/api/v1/config/revisions", static all => all.AsArray().Count >= 2),
        ("scheduler/health", "/api/v1/health", static all => (string?)all["status"] == "healthy"),
    ];

    [Fact]
    public async Task Every_page_has_content()
    {
        BuiltInMachineProviders.Register();
        SandboxCluster sandbox = SandboxCluster.Start(new() { Nodes = 12, Programs = SandboxPrograms.All });
        using NodeManagerSession session = await SessionFactory.ConnectAsync(
            "sandbox",
            sandbox.Server,
            sandbox.CreateTransport(),
            sandbox,
            NullLogger.Instance,
            sandbox.Time,
            CancellationToken.None
        );
        await using WebApplication app = EmbeddedServer.Serve(session, EmbeddedServer.Token, add: DemoSetup.Add);
        await EmbeddedServer.StartAsync(app);
        using HttpClient client = new() { BaseAddress = new(app.Urls.First()) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", EmbeddedServer.Token);

        await app.Services.GetRequiredService<DemoService>().Filled.WaitAsync(Limit);

        List<string> empty = [];
        foreach ((string page, string path, Func<JsonNode, bool> hasContent) in Pages)
            if (await ReadAsync(client, path, hasContent) is { } last)
                empty.Add($"{page}: {path}: {last[..Math.Min(last.Length, 1500)]}");
        Assert.Empty(empty);
        await app.StopAsync();
    }

    [Fact]
    public void Each_page_of_the_menu_is_tried()
    {
        string frame = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "src", "NodeManager.Console", "src", "frame", "routes.ts"));
        IEnumerable<string> tried = Pages.Select(static one => one.Page).Distinct();

        foreach (
            string page in (string[])
                [
                    "pools",
                    "maintenance",
                    "autoscaler",
                    "scheduler",
                    "alerts",
                    "agents",
                    "activity",
                    .. Tabs("autoscaler"),
                    .. Tabs("scheduler"),
                ]
        )
            Assert.Contains(page, tried);

        // The first tab is the page itself.
        IEnumerable<string> Tabs(string area) =>
            System
                .Text.RegularExpressions.Regex.Match(frame, $@"export const {area}Tabs = \[(.*)\] as const")
                .Groups[1]
                .Value.Split(", ")
                .Skip(1)
                .Select(tab => $"{area}/{tab.Trim('\'')}");
    }

    // Null when it has content; the autoscaler takes its time. Otherwise the last answer.
    private static async Task<string?> ReadAsync(HttpClient client, string path, Func<JsonNode, bool> hasContent)
    {
        string last = "";
        for (int i = 0; i < 120; i++)
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri(path, UriKind.Relative));
            last = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
            if (answer.IsSuccessStatusCode && hasContent((await answer.Content.ReadFromJsonAsync<JsonNode>())!))
                return null;
            await Task.Delay(500);
        }

        return last;
    }

    private static bool Some(JsonNode? all, Func<JsonNode, bool>? condition = null) =>
        all is JsonArray items && items.Any(one => condition is null || condition(one!));
}
