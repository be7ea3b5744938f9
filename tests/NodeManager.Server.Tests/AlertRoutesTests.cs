using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Sandbox;
using NodeManager.Server.Alerts;
using NodeManager.Server.EventStream;
using NodeManager.Sessions;

namespace NodeManager.Server.Tests;

/// <summary>The server monitors the cluster that it serves: alerts are listed with their evidence, and streamed as they change.</summary>
public sealed class AlertRoutesTests : IAsyncLifetime
{
    private SandboxCluster _sandbox = null!;
    private NodeManagerSession _session = null!;
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _sandbox = SandboxCluster.Start(
            new()
            {
                Nodes = 12,
                Speed = 10,
                Programs = SandboxPrograms.All,
            }
        );
        _session = await SessionFactory.ConnectAsync(
            "sandbox",
            _sandbox.Server,
            _sandbox.CreateTransport(),
            _sandbox,
            NullLogger.Instance,
            _sandbox.Time,
            CancellationToken.None
        );
        _app = EmbeddedServer.Serve(_session, EmbeddedServer.Token);
        await EmbeddedServer.StartAsync(_app);
        _client = new() { BaseAddress = new(_app.Urls.First()) };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", EmbeddedServer.ViewerToken);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        _session.Dispose();
    }

    [Fact]
    public async Task An_alert_is_listed_with_its_evidence_and_streamed_until_it_is_resolved()
    {
        using HttpResponseMessage stream = await _client.GetAsync(
            new Uri(EventRoutes.Path, UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead
        );
        await using IAsyncEnumerator<SseItem<string>> events = SseParser
            .Create(await stream.Content.ReadAsStreamAsync())
            .EnumerateAsync()
            .GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        string node = (string)
            (await _client.GetFromJsonAsync<JsonArray>(Server.Nodes.NodeRoutes.Prefix + "/nodes"))!.First(static one =>
                (bool)one!["status"]!["ready"]! && ((string)one["name"]!).StartsWith("worker", StringComparison.Ordinal)
            )!["name"]!;

        _sandbox.SetFault(
            new()
            {
                Kind = SandboxFaultKind.DiskPressure,
                Name = "disk",
                Nodes = [node],
            }
        );
        JsonObject raised = await UntilAsync(
            events,
            alert => IsAbout(alert, node) && (string?)alert["transition"] == NodeAlertTransition.Raised
        );
        Assert.Equal((NodeAlertStatus.Firing, NodeFindingCause.DiskPressure), ((string?)raised["status"], (string?)raised["cause"]));

        JsonObject known = (await _client.GetFromJsonAsync<JsonObject>(AlertRoutes.Path))!;
        Assert.True((bool)known["monitoring"]!);
        JsonNode listed = Assert.Single(known["alerts"]!.AsArray(), alert => (string?)alert!["id"] == (string?)raised["id"])!;
        Assert.Contains(
            listed["findings"]![0]!["evidence"]!.AsArray(),
            static one => (string?)one!["kind"] == "Condition" && (string?)one["name"] == "DiskPressure"
        );
        // The cluster has a node that was lost before the monitor began.
        Assert.Contains(known["alerts"]!.AsArray(), static alert => (string?)alert!["cause"] == NodeFindingCause.Unreachable);

        Assert.True(_sandbox.ClearFault("disk"));
        JsonObject resolved = await UntilAsync(
            events,
            alert => (string?)alert["id"] == (string?)raised["id"] && (string?)alert["status"] != NodeAlertStatus.Firing
        );
        Assert.Equal(NodeAlertStatus.Resolved, (string?)resolved["status"]);
        Assert.NotNull(resolved["ends_at"]);
    }

    [Fact]
    public async Task Alerts_need_credentials()
    {
        using var stranger = new HttpClient { BaseAddress = _client.BaseAddress };
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(new Uri(AlertRoutes.Path, UriKind.Relative))).StatusCode);
    }

    private static bool IsAbout(JsonObject alert, string node) => alert["nodes"]!.AsArray().Any(one => (string?)one == node);

    private static async Task<JsonObject> UntilAsync(IAsyncEnumerator<SseItem<string>> events, Func<JsonObject, bool> isMeant)
    {
        while (await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(3)))
        {
            if (
                events.Current.EventType == AlertService.Event
                && JsonNode.Parse(events.Current.Data)!.AsObject() is var alert
                && isMeant(alert)
            )
                return alert;
        }

        throw new InvalidOperationException("The stream has ended.");
    }
}
