using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Autoscaling.Host;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Sandbox;
using NodeManager.Server.Access;
using NodeManager.Server.Autoscaler;
using NodeManager.Server.Nodes;
using NodeManager.Server.Operations;
using NodeManager.Sessions;
using NodeManager.Testing;

namespace NodeManager.Server.Tests;

/// <summary>Who did what is written, secrets are not; and what happens is counted.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private const string Token = "a-token-for-tests";

    private static readonly string Nodes = NodeRoutes.Prefix + "/nodes";

    private readonly AuditLines _lines = new();
    private StallingHandler _transport = null!;
    private NodeManagerSession _session = null!;
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        SandboxCluster sandbox = SandboxCluster.Start(new() { Nodes = 5, Programs = SandboxPrograms.All });
        _transport = new(sandbox.CreateTransport());
        _session = await SessionFactory.ConnectAsync(
            "sandbox",
            sandbox.Server,
            _transport,
            sandbox,
            NullLogger.Instance,
            sandbox.Time,
            CancellationToken.None
        );
        _app = EmbeddedServer.Serve(_session, Token, log: logging => logging.AddProvider(_lines));
        await EmbeddedServer.StartAsync(_app);
        _client = new() { BaseAddress = new(_app.Urls.First()) };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        _session.Dispose();
    }

    [Fact]
    public async Task The_activity_has_who_changed_what_and_nothing_of_strangers()
    {
        string name = (string)(await _client.GetFromJsonAsync<JsonArray>(Nodes))![0]!["name"]!;
        await _client.PutAsJsonAsync($"{Nodes}/{name}/labels", new { key = "a", value = "body-text" });
        await _client.PostAsJsonAsync(
            Nodes + "/changes",
            new
            {
                nodes = new object[] { new { name }, new { name = "none" } },
                change = "RemoveLabel",
                key = "a",
            }
        );
        using (var stranger = new HttpClient { BaseAddress = _client.BaseAddress })
            await stranger.PostAsync(new Uri($"{Nodes}/{name}/cordon", UriKind.Relative), null);

        JsonArray activity = (await _client.GetFromJsonAsync<JsonArray>("/api/v1/activity"))!;

        Assert.Equal(
            [
                ($"POST {Nodes}/changes", "", "200"),
                ("RemoveLabel a", "none", "NodeNotFound"),
                ("RemoveLabel a", name, "Changed"),
                ($"PUT {Nodes}/{name}/labels", "", "200"),
            ],
            activity.Select(static one => ((string)one!["what"]!, (string)one["target"]!, (string)one["result"]!))
        );
        Assert.All(activity, static one => Assert.Equal("local-admin", (string)one!["who"]!));
        Assert.DoesNotContain("body-text", activity.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_whose_client_disconnects_is_audited_for_each_started_node()
    {
        JsonArray nodes = (await _client.GetFromJsonAsync<JsonArray>(Nodes))!;
        string changed = (string)nodes[0]!["name"]!,
            stalled = (string)nodes[1]!["name"]!;
        _transport.Node = stalled;
        using var disconnect = new CancellationTokenSource();
        Task<HttpResponseMessage> asking = _client.PostAsJsonAsync(
            Nodes + "/changes",
            new
            {
                nodes = new object[] { new { name = changed }, new { name = stalled } },
                change = "SetLabel",
                key = "a",
                value = "b",
            },
            disconnect.Token
        );
        await _transport.Stalled.WaitAsync(TimeSpan.FromMinutes(1));
        await UntilAsync(async () => (string?)(await _client.GetFromJsonAsync<JsonObject>($"{Nodes}/{changed}"))!["labels"]!["a"] == "b");

        await disconnect.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await UntilAsync(() => Task.FromResult(ResultsOf("SetLabel a").Length == 2));
        Assert.Equal([(changed, "Changed"), (stalled, "Disconnected")], ResultsOf("SetLabel a"));

        (string, string)[] ResultsOf(string what) =>
            [
                .. _lines
                    .All.Select(static line => JsonNode.Parse(line)!)
                    .Where(line => (string?)line["what"] == what)
                    .Select(static line => ((string)line["target"]!, (string)line["result"]!)),
            ];
    }

    [Fact]
    public async Task The_audit_log_contains_changes_refusals_and_results_without_reads_and_secrets()
    {
        string name = (string)(await _client.GetFromJsonAsync<JsonArray>(Nodes))![0]!["name"]!;
        await _client.PutAsJsonAsync($"{Nodes}/{name}/labels?reason=query-text", new { key = "a", value = "body-text" });
        using (var stranger = new HttpClient { BaseAddress = _client.BaseAddress })
        {
            stranger.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "wrong-token");
            await stranger.GetAsync(new Uri(Nodes, UriKind.Relative));
        }

        SignIns signIns = _app.Services.GetRequiredService<SignIns>();
        string secret = signIns.CreateLink(AccessLevel.Viewer);
        await _client.PostAsJsonAsync("/sign-in", new { secret });
        TrackedOperation operation = _app
            .Services.GetRequiredService<OperationRegistry>()
            .Start(
                "local-admin",
                static result => result,
                () => RunningOperation.Start("Test", "a thing", TimeProvider.System, static _ => Task.CompletedTask)
            );
        await operation.Operation.Completion;
        JsonObject[] entries = await EntriesAsync(4);

        JsonObject change = Assert.Single(entries, static one => ((string)one["what"]!).StartsWith("PUT", StringComparison.Ordinal));
        Assert.Equal(
            ("local-admin", "token", "127.0.0.1", $"PUT {Nodes}/{name}/labels", 200),
            ((string?)change["who"], (string?)change["by"], (string?)change["from"], (string?)change["what"], (int)change["result"]!)
        );
        JsonObject refused = Assert.Single(entries, static one => (string?)one["who"] == "anonymous" && one["result"]!.ToString() == "401");
        Assert.Equal($"GET {Nodes}", (string?)refused["what"]);
        JsonObject ended = Assert.Single(entries, static one => one["path"] is null);
        Assert.Equal(
            ("Test", "a thing", "Succeeded", operation.Operation.Id),
            ((string?)ended["what"], (string?)ended["target"], (string?)ended["result"], (string?)ended["operation"])
        );
        Assert.All(_lines.All, line => Assert.DoesNotMatch($"{Token}|wrong-token|{secret}|body-text|query-text|\n", line));
    }

    [Fact]
    public async Task Metrics_count_requests_in_the_format_of_Prometheus()
    {
        await _client.GetFromJsonAsync<JsonArray>(Nodes);
        await _client.GetAsync(new Uri($"{Nodes}/none", UriKind.Relative));
        await _client.PostAsJsonAsync("/sign-in", new { secret = "wrong" });
        using (HttpResponseMessage stream = await _client.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead))
        {
            string during = await _client.GetStringAsync("/metrics");
            Assert.Contains("\nnodemanager_event_streams 1\n", during, StringComparison.Ordinal);
        }

        string text = await _client.GetStringAsync("/metrics");
        string route = $"http_request_method=\"GET\",http_response_status_code=\"404\",http_route=\"{NodeRoutes.Prefix}/nodes/{{name}}\"";
        Assert.Contains($"http_server_request_duration_seconds_count{{{route}}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"http_server_request_duration_seconds_bucket{{{route},le=\"+Inf\"}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("nodemanager_sign_ins_total{result=\"refused\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("nodemanager_cache_current 1\n", text, StringComparison.Ordinal);
        Assert.Contains("nodemanager_cache_nodes 5\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, text, StringComparison.Ordinal);
        if (await CheckWithPromtoolAsync(text) is { } complaint)
            Assert.Fail(complaint);
    }

    [Theory]
    [InlineData("NodeDrain")]
    [InlineData("NodeMaintenance")]
    [InlineData("NodePoolUpdate")]
    [InlineData("DrainRehearsal")]
    [InlineData("SchedulerRestart")]
    [InlineData("NodeAutoscaler")]
    public async Task The_first_failure_of_an_operation_is_an_increase(string kind)
    {
        string series = $"nodemanager_operations_total{{kind=\"{kind}\",state=\"Failed\"}}";
        string before = await _client.GetStringAsync("/metrics");
        RunningOperation failing = RunningOperation.Start(
            kind,
            "a thing",
            TimeProvider.System,
            static _ => throw new NodeManagerException("Test", ErrorKind.InvalidOperation, "It fails.")
        );
        _app.Services.GetRequiredService<OperationRegistry>().Start("local-admin", static result => result, () => failing);
        await failing.Completion;
        // Its end is counted before its line is written.
        await EntriesAsync(1);

        Assert.Contains($"\n{series} 0\n", before, StringComparison.Ordinal);
        Assert.Contains($"\n{series} 1\n", await _client.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rules.yml")]
    [InlineData("dashboard.json")]
    public async Task Rules_and_dashboard_use_metrics_that_the_server_and_the_autoscaler_have(string file)
    {
        await _client.PostAsJsonAsync("/sign-in", new { secret = "wrong" });
        using (HttpClient stranger = new() { BaseAddress = _client.BaseAddress })
            await stranger.GetAsync(new Uri(Nodes, UriKind.Relative));
        RunningOperation done = RunningOperation.Start("Test", "a thing", TimeProvider.System, static _ => Task.CompletedTask);
        _app.Services.GetRequiredService<OperationRegistry>().Start("local-admin", static result => result, () => done);
        await done.Completion;
        using HttpResponseMessage stream = await _client.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead);
        AutoscalerActivity leader = new()
        {
            Identity = "a",
            StartedAt = default,
            ObservedAt = default,
            IsLeader = true,
        };
        string served = await _client.GetStringAsync("/metrics") + AutoscalerMetrics.Format(leader);
        string text = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "deploy", "monitoring", file));

        string[] used =
        [
            .. Regex
                .Matches(text, @"\b(?:nodemanager|http_server|process)_\w+")
                .Select(static one => one.Value)
                .Distinct(StringComparer.Ordinal),
        ];
        Assert.InRange(used.Length, 5, 100);
        Assert.All(
            used,
            name => Assert.Matches($@"(?m)^# TYPE {Regex.Replace(name, "_(bucket|count|sum)$", "")} ", served.ReplaceLineEndings("\n"))
        );
    }

    // Null where promtool finds nothing, or is not installed.
    private static async Task<string?> CheckWithPromtoolAsync(string text)
    {
        Process process;
        try
        {
            process = Process.Start(
                new ProcessStartInfo("promtool", ["check", "metrics"])
                {
                    RedirectStandardInput = true,
                    RedirectStandardError = true,
                    RedirectStandardOutput = true,
                }
            )!;
        }
        catch (Win32Exception)
        {
            return null;
        }

        using (process)
        {
            await process.StandardInput.WriteAsync(text);
            process.StandardInput.Close();
            string complaint = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? null : complaint;
        }
    }

    // A line is written after the answer is sent.
    private async Task<JsonObject[]> EntriesAsync(int count)
    {
        for (int i = 0; i < 600 && _lines.All.Count < count; i++)
            await Task.Delay(100);
        return [.. _lines.All.Select(static line => JsonNode.Parse(line)!.AsObject())];
    }

    /// <summary>The lines of the audit, as its logger gets them.</summary>
    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var waited = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(1), "The condition was not met within a minute.");
            await Task.Delay(50);
        }
    }

    // Does not answer changes of one node.
    private sealed class StallingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string? Node { get; set; }

        public Task Stalled => _stalled.Task;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (
                Node is not null
                && request.Method != HttpMethod.Get
                && request.RequestUri!.AbsolutePath.EndsWith("/nodes/" + Node, StringComparison.Ordinal)
            )
            {
                _stalled.TrySetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class AuditLines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = new();

        public ILogger CreateLogger(string categoryName) => categoryName == AuditLog.Category ? this : NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => All.Enqueue(formatter(state, exception));

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
