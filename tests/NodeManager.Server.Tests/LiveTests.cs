using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Sandbox;
using NodeManager.Server.Alerts;
using NodeManager.Server.Clusters;
using NodeManager.Server.EventStream;
using NodeManager.Server.Nodes;
using NodeManager.Server.Operations;
using NodeManager.Sessions;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Server.Tests;

/// <summary>Reads come from the cache, and what changes is streamed from the one watch behind it.</summary>
public sealed class LiveTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly int Streams = ProofSize.Read("NODEMANAGER_STREAMS", 500);

    private const string Token = "a-token-for-tests";

    private static readonly string Nodes = NodeRoutes.Prefix + "/nodes";

    private readonly CountingHandler _requests = new();
    private NodeManagerSession _session = null!;
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        SandboxCluster sandbox = SandboxCluster.Start(new() { Nodes = 6, Programs = SandboxPrograms.All });
        _requests.InnerHandler = sandbox.CreateTransport();
        _session = await SessionFactory.ConnectAsync(
            "sandbox",
            sandbox.Server,
            _requests,
            sandbox,
            NullLogger.Instance,
            sandbox.Time,
            CancellationToken.None
        );
        _app = EmbeddedServer.Serve(_session, Token);
        await EmbeddedServer.StartAsync(_app);
        _client = new() { BaseAddress = new(_app.Urls.First()) };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        _session.Dispose();
        _requests.Dispose();
    }

    [Fact]
    public async Task After_the_sync_reads_cause_no_request()
    {
        JsonArray nodes = (await _client.GetFromJsonAsync<JsonArray>(Nodes))!;
        while (!(bool)(await _client.GetFromJsonAsync<JsonObject>(AlertRoutes.Path))!["monitoring"]! || _requests.Monitors == 0)
            await Task.Delay(20);
        int before = _requests.Count;
        for (int i = 0; i < 20; i++)
        {
            await _client.GetFromJsonAsync<JsonArray>(Nodes);
            await _client.GetFromJsonAsync<JsonObject>(Nodes + "/stats");
            await _client.GetFromJsonAsync<JsonObject>($"{Nodes}/{nodes[i % 6]!["name"]}");
        }

        // Metrics and Leases are read at their interval, with or without readers.
        Assert.Equal(0, _requests.Count - before);
    }

    [Fact]
    public async Task Nodes_and_alerts_share_one_list_of_the_pods()
    {
        await _client.GetFromJsonAsync<JsonArray>(Nodes);
        while (!(bool)(await _client.GetFromJsonAsync<JsonObject>(AlertRoutes.Path))!["monitoring"]! || _requests.Monitors == 0)
            await Task.Delay(20);

        Assert.Equal(1, _requests.PodLists);
    }

    [Fact]
    public async Task Background_work_begins_after_the_first_response()
    {
        using LiveNodeService live = new(_app.Services.GetRequiredService<ClusterSession>());
        TaskCompletionSource isComputing = new();
        using ManualResetEventSlim computed = new();
        Task<int> response = Task.Run(() =>
            live.ReadAsync(
                nodes =>
                {
                    isComputing.SetResult();
                    computed.Wait();
                    return nodes.Count;
                },
                default
            )
        );
        await isComputing.Task;
        await live.StartAsync(default);
        await live.ReadyAsync(default);
        Assert.False(live.Settled.IsCompleted);

        computed.Set();
        Assert.Equal(6, await response);
        await live.Settled;
        await live.StopAsync(default);
    }

    [Fact]
    public async Task A_change_is_in_the_next_read_and_streamed_once_to_each_reader()
    {
        string name = await WorkerAsync();
        await using Reader first = await Reader.OpenAsync(_client, ""),
            second = await Reader.OpenAsync(_client, "");
        int watches = _requests.Watches;

        HttpResponseMessage cordoned = await _client.PostAsync(new Uri($"{Nodes}/{name}/cordon", UriKind.Relative), null);
        Assert.True(cordoned.IsSuccessStatusCode);
        Assert.True((bool)(await _client.GetFromJsonAsync<JsonObject>($"{Nodes}/{name}"))!["status"]!["unschedulable"]!);

        foreach (Reader reader in new[] { first, second })
        {
            JsonObject node = (await reader.UntilAsync("node", data => (string?)data["name"] == name))["node"]!.AsObject();
            Assert.True((bool)node["status"]!["unschedulable"]!);
        }

        Assert.Equal(watches, _requests.Watches);
    }

    [Fact]
    public async Task The_start_and_the_end_of_an_operation_are_streamed()
    {
        await using Reader reader = await Reader.OpenAsync(_client, "");
        TrackedOperation started = _app
            .Services.GetRequiredService<OperationRegistry>()
            .Start(
                "test",
                static result => result,
                () =>
                    RunningOperation.Start(
                        "NodeDrain",
                        "worker-1 in cluster 'sandbox'",
                        TimeProvider.System,
                        context => Task.Delay(Timeout.Infinite, context.Token)
                    )
            );

        JsonNode begun = await reader.UntilAsync("operation", data => (string?)data["id"] == started.Operation.Id);
        started.Operation.Cancel();
        JsonNode ended = await reader.UntilAsync("operation", data => (string?)data["id"] == started.Operation.Id);

        Assert.Equal(
            ("NodeDrain", "worker-1 in cluster 'sandbox'", "Running"),
            ((string?)begun["kind"], (string?)begun["target"], (string?)begun["state"])
        );
        Assert.Equal("Cancelled", (string?)ended["state"]);
    }

    [Fact]
    public async Task An_API_server_that_hangs_is_reported_with_the_time_of_its_last_answer_and_when_it_answers_again()
    {
        DateTimeOffset before = _session.Time().GetUtcNow();
        await using Reader reader = await Reader.OpenAsync(_client, "");

        _requests.Hangs = true;
        JsonNode silent = await reader.UntilAsync("cluster", static _ => true);
        _requests.Hangs = false;
        JsonNode back = await reader.UntilAsync("cluster", static data => (bool)data["reachable"]!);

        Assert.False((bool)silent["reachable"]!);
        Assert.InRange((DateTimeOffset)silent["since"]!, before - TimeSpan.FromSeconds(30), _session.Time().GetUtcNow());
        Assert.True((DateTimeOffset)back["since"]! > (DateTimeOffset)silent["since"]!);
    }

    [Fact]
    public async Task A_resumed_stream_misses_no_change_and_an_expired_one_is_reported()
    {
        string name = await WorkerAsync();
        string id;
        await using (Reader reader = await Reader.OpenAsync(_client, ""))
            id = reader.LastId;
        await _client.PutAsJsonAsync($"{Nodes}/{name}/labels", new { key = "while", value = "away" });
        EventLog log = _app.Services.GetRequiredService<EventLog>();
        await using (Reader back = await Reader.OpenAsync(_client, id))
        {
            Assert.Equal(EventLog.Ready, back.FirstType);
            Assert.Equal(
                "away",
                (string?)(await back.UntilAsync("node", data => (string?)data["name"] == name))["node"]!["labels"]!["while"]
            );
        }

        for (int i = 0; i < EventLog.Kept + 1; i++)
            log.Write("test", "{}");
        await using Reader late = await Reader.OpenAsync(_client, id),
            stranger = await Reader.OpenAsync(_client, "other-1");
        Assert.Equal([EventLog.Reset, EventLog.Reset], [late.FirstType, stranger.FirstType]);
    }

    [Fact]
    public async Task Many_streams_share_one_watch_and_little_memory()
    {
        const int Written = 6000,
            Reading = 10;
        using var client = new HttpClient { BaseAddress = _client.BaseAddress, Timeout = TimeSpan.FromMinutes(5) };
        // As many as one caller may open in a burst.
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", EmbeddedServer.ViewerToken);
        string name = await WorkerAsync();
        int watches = _requests.Watches;
        Reader[] readers = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => Reader.OpenAsync(client, "")));
        try
        {
            await _client.PostAsync(new Uri($"{Nodes}/{name}/cordon", UriKind.Relative), null);
            await Task.WhenAll(readers.Select(reader => reader.UntilAsync("node", data => (string?)data["name"] == name)));
            Assert.Equal(watches, _requests.Watches);

            // Most readers hang: what they do not take is not kept for each of them.
            long before = GC.GetTotalMemory(forceFullCollection: true) >> 20;
            EventLog log = _app.Services.GetRequiredService<EventLog>();
            string data = $$"""{"text":"{{new string('a', 2000)}}"}""";
            Task ends = Task.WhenAll(readers.Take(Reading).Select(static reader => reader.UntilAsync("last", static _ => true)));
            for (int i = 0; i < Written; i++)
                log.Write("test", data);
            // A reader that fell behind is told to read everything again, and goes on from there.
            while (!ends.IsCompleted)
            {
                log.Write("last", "{}");
                await Task.WhenAny(ends, Task.Delay(100));
            }

            await ends;
            long after = GC.GetTotalMemory(forceFullCollection: true) >> 20;

            // The events of all of them would be more than 5 GB.
            output.WriteLine($"{Streams} streams and {Written} events of 2 KB: {before} MB before, {after} MB after; {watches} watches.");
            Assert.True(after - before < 500, $"{before} MB before, {after} MB after.");
            Assert.Equal(watches, _requests.Watches);
        }
        finally
        {
            foreach (Reader reader in readers)
                await reader.DisposeAsync();
        }
    }

    private async Task<string> WorkerAsync() =>
        (string)
            (await _client.GetFromJsonAsync<JsonArray>(Nodes))!.First(static n =>
                ((string)n!["name"]!).StartsWith("worker", StringComparison.Ordinal) && !(bool)n["status"]!["unschedulable"]!
            )!["name"]!;

    private sealed class Reader(HttpResponseMessage response, IAsyncEnumerator<SseItem<string>> events) : IAsyncDisposable
    {
        public string FirstType { get; private set; } = "";

        public string LastId { get; private set; } = "";

        public static async Task<Reader> OpenAsync(HttpClient client, string lastId)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, EventRoutes.Path);
            if (lastId.Length > 0)
                request.Headers.Add("Last-Event-ID", lastId);
            HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("text/event-stream", response.EnsureSuccessStatusCode().Content.Headers.ContentType!.MediaType);
            SseParser<string> parser = SseParser.Create(await response.Content.ReadAsStreamAsync());
            var reader = new Reader(response, parser.EnumerateAsync().GetAsyncEnumerator());
            await reader.NextAsync();
            return reader;
        }

        public async Task<JsonObject> UntilAsync(string type, Func<JsonObject, bool> isMeant)
        {
            while (true)
            {
                (string found, JsonObject data) = await NextAsync();
                if (found == type && isMeant(data))
                    return data;
            }
        }

        public async ValueTask DisposeAsync()
        {
            response.Dispose();
            await events.DisposeAsync();
        }

        private async Task<(string Type, JsonObject Data)> NextAsync()
        {
            Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
            SseItem<string> item = events.Current;
            if (FirstType.Length == 0)
                FirstType = item.EventType;
            LastId = item.EventId ?? LastId;
            return (item.EventType, JsonNode.Parse(item.Data)!.AsObject());
        }
    }

    // Leases and heartbeats of the embedded cluster's own parts do not pass here.
    private sealed class CountingHandler : DelegatingHandler
    {
        private int _count,
            _watches,
            _podLists,
            _monitors;

        public int Count => _count;

        public int Watches => _watches;

        /// <summary>Lists of the cluster's pods.</summary>
        public int PodLists => _podLists;

        /// <summary>What the monitor has asked for since its watches began.</summary>
        public int Monitors => _monitors;

        /// <summary>The API server accepts requests and does not answer them.</summary>
        public volatile bool Hangs;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string address = request.RequestUri!.PathAndQuery;
            if (request.RequestUri.AbsolutePath == "/api/v1/pods" && !address.Contains("watch=", StringComparison.Ordinal))
                Interlocked.Increment(ref _podLists);
            if (address.Contains("watch=", StringComparison.Ordinal))
                Interlocked.Increment(ref _watches);
            else if (address.Contains("/leases", StringComparison.Ordinal))
                Interlocked.Increment(ref _monitors);
            else if (!address.Contains("metrics.k8s.io", StringComparison.Ordinal))
                Interlocked.Increment(ref _count);
            return Hangs ? HangAsync(cancellationToken) : base.SendAsync(request, cancellationToken);
        }

        private static async Task<HttpResponseMessage> HangAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException();
        }
    }
}
