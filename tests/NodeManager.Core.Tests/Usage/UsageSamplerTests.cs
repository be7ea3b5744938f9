using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Support;
using NodeManager.Core.Usage;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Usage;

public sealed class UsageSamplerTests
{
    private const string Path = "/apis/metrics.k8s.io/v1beta1/nodes";
    private static readonly UsageRequest FifteenMinutes = new() { Nodes = new(), Window = TimeSpan.FromMinutes(15) };

    private readonly ManualTimeProvider _time = new() { IsEager = true };
    private readonly RecordingObserver _observer = new();
    private int _asked;

    [Fact]
    public async Task A_window_has_a_sample_at_both_ends_and_one_each_interval()
    {
        DateTimeOffset start = _time.GetUtcNow();
        using NodeManagerSession session = await ConnectAsync((_, asked) => FakeServer.List(Metrics("a", asked), Metrics("b", 2)));

        IReadOnlyList<NodeUsageSeries> series = await SampleAsync(session, FifteenMinutes);

        Assert.Equal(["a", "b"], series.Select(s => s.Node));
        NodeUsageSeries first = series[0];
        Assert.Equal(
            (31, 31, NodeUsageStatus.Complete, false),
            (first.Samples.Count, first.CompleteSamples, first.Status, first.IsInterrupted)
        );
        Assert.Equal(Enumerable.Range(0, 31).Select(i => start.AddSeconds(30 * i)), first.Samples.Select(s => s.SampledAt));
        // The first asks for 0.1 cores, each next one for 0.1 more.
        Assert.Equal(
            (0.1m, 1.6m, 3m, 3.1m, 3.1m),
            (first.Cpu!.Minimum, first.Cpu.Mean, first.Cpu.Percentile95, first.Cpu.Maximum, first.Cpu.Latest)
        );
        Assert.Equal((2.5m, 77.5m), (first.Cpu.MinimumPercent, first.Cpu.MaximumPercent));
        Assert.Equal("31 of 31 samples; 0s left", _observer.Reports.Last().Status);
        Assert.True(_observer.Reports.Last().Completed);
    }

    [Fact]
    public async Task Without_a_window_there_is_one_sample_and_no_progress()
    {
        using NodeManagerSession session = await ConnectAsync((_, _) => FakeServer.List(Metrics("a", 5), Metrics("b", 5)));

        IReadOnlyList<NodeUsageSeries> series = await SampleAsync(session, new() { Nodes = new() });

        Assert.All(series, s => Assert.Equal((1, 0.5m), (Assert.Single(s.Samples).Cpu is null ? 0 : 1, s.Cpu!.Latest)));
        Assert.Equal(1, _asked);
        Assert.Empty(_observer.Reports);
    }

    [Fact]
    public async Task A_later_failed_sample_is_missing_with_one_warning()
    {
        using NodeManagerSession session = await ConnectAsync(
            (_, asked) =>
                asked is 3 or 5
                    ? FakeServer.Refusal(
                        HttpStatusCode.ServiceUnavailable,
                        "ServiceUnavailable",
                        "the server is currently unable to handle the request"
                    )
                    : FakeServer.List(Metrics("a", asked), Metrics("b", asked))
        );

        NodeUsageSeries series = (await SampleAsync(session, FifteenMinutes))[0];

        Assert.Equal((NodeUsageStatus.Partial, "Of 31 samples: 2 missing."), (series.Status, series.Message));
        Assert.Equal([2, 4], series.Samples.Select((s, i) => (s, i)).Where(p => p.s.Status == NodeUsageStatus.Missing).Select(p => p.i));
        Assert.Single(_observer.Warnings);
    }

    [Fact]
    public async Task A_node_without_recent_measurements_is_marked()
    {
        using NodeManagerSession session = await ConnectAsync(
            (_, asked) => asked <= 2 ? FakeServer.List(Metrics("a", 1), Metrics("b", 1)) : FakeServer.List(Metrics("b", 1))
        );

        IReadOnlyList<NodeUsageSeries> series = await SampleAsync(session, FifteenMinutes);

        Assert.Equal((NodeUsageStatus.Partial, 2), (series[0].Status, series[0].CompleteSamples));
        Assert.Equal(NodeUsageStatus.Complete, series[1].Status);
    }

    [Theory]
    [InlineData(503, ErrorIds.MetricsUnavailable)]
    [InlineData(404, ErrorIds.MetricsUnavailable)]
    [InlineData(403, ErrorIds.Forbidden)]
    public async Task A_first_sample_that_is_refused_is_an_error(int code, string id)
    {
        using NodeManagerSession session = await ConnectAsync((_, _) => FakeServer.Refusal((HttpStatusCode)code, "Any", "no"));

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => SampleAsync(session, FifteenMinutes));

        Assert.Equal((id, 1), (error.ErrorId, _asked));
    }

    [Fact]
    public async Task Disabled_metrics_are_not_read()
    {
        using NodeManagerSession session = await ConnectAsync((_, _) => FakeServer.List());
        session.Configure(static before => new(before) { MetricsEnabled = false });

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => SampleAsync(session, FifteenMinutes));

        Assert.Equal((ErrorIds.MetricsDisabled, 0), (error.ErrorId, _asked));
    }

    [Fact]
    public async Task An_interrupt_returns_the_samples_so_far()
    {
        using CancellationTokenSource interrupt = new();
        using NodeManagerSession session = await ConnectAsync(
            (_, asked) =>
            {
                if (asked == 4)
                    interrupt.Cancel();
                return FakeServer.List(Metrics("a", asked), Metrics("b", asked));
            }
        );

        IReadOnlyList<NodeUsageSeries> series = await UsageSampler.SampleAsync(
            session,
            FifteenMinutes,
            Assert.Null,
            _observer,
            interrupt.Token
        );

        Assert.InRange(series[0].Samples.Count, 3, 4);
        Assert.All(series, s => Assert.True(s.IsInterrupted));
    }

    [Fact]
    public async Task An_interrupt_before_the_first_sample_returns_nothing()
    {
        using CancellationTokenSource interrupt = new();
        using NodeManagerSession session = await ConnectAsync(
            (_, _) =>
            {
                interrupt.Cancel();
                return FakeServer.List();
            }
        );

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            UsageSampler.SampleAsync(session, FifteenMinutes, Assert.Null, _observer, interrupt.Token)
        );
    }

    [Theory]
    [InlineData(60, 0.5)]
    [InlineData(10, 30)]
    [InlineData(1000000, 1)]
    [InlineData(-5, 30)]
    public async Task An_invalid_window_is_refused(double window, double interval)
    {
        using NodeManagerSession session = await ConnectAsync((_, _) => FakeServer.List());
        UsageRequest request = new()
        {
            Nodes = new(),
            Window = TimeSpan.FromSeconds(window),
            Interval = TimeSpan.FromSeconds(interval),
        };

        Assert.Equal(
            ErrorIds.InvalidDuration,
            (await Assert.ThrowsAsync<NodeManagerException>(() => SampleAsync(session, request))).ErrorId
        );
        Assert.Equal(0, _asked);
    }

    [Fact]
    public async Task A_single_node_can_have_no_metrics()
    {
        using NodeManagerSession session = await ConnectAsync((request, _) => FakeServer.NotFound(request));

        NodeUsageSeries series = Assert.Single(await SampleAsync(session, new() { Nodes = new() { Names = ["a"] } }));

        Assert.Equal(NodeUsageStatus.Missing, series.Status);
        Assert.Null(series.Cpu);
    }

    private Task<IReadOnlyList<NodeUsageSeries>> SampleAsync(NodeManagerSession session, UsageRequest request) =>
        UsageSampler.SampleAsync(session, request, static error => throw error, _observer, CancellationToken.None);

    private Task<NodeManagerSession> ConnectAsync(Func<Request, int, HttpResponseMessage> metrics) =>
        new FakeServer(request =>
            request.Path switch
            {
                "/api/v1/nodes" => FakeServer.List(Sample.NodeJson("b"), Sample.NodeJson("a")),
                "/api/v1/nodes/a" => FakeServer.Json(Sample.NodeJson("a")),
                _ when request.Path.StartsWith(Path, StringComparison.Ordinal) => metrics(request, Interlocked.Increment(ref _asked)),
                _ => FakeServer.NotFound(request),
            }
        ).ConnectAsync(time: _time);

    // Measured one second before.
    private JsonNode Metrics(string name, int tenths) =>
        JsonNode.Parse(
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                { "metadata": { "name": "{{name}}" }, "timestamp": "{{_time.GetUtcNow().AddSeconds(
                    -1
                ):yyyy-MM-ddTHH:mm:ssZ}}", "window": "15s", "usage": { "cpu": "{{tenths}}00m", "memory": "1Gi" } }
                """
            )
        )!;
}
