using System.Net;
using NodeManager.Kubernetes.Metrics;
using NodeManager.SchedulerControl.Measuring;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Scheduler.Measuring;

/// <summary>What a scheduler's metrics come to, in the names of old and new releases.</summary>
public sealed class SchedulerMetricsTests
{
    private const string Old = """
        # HELP scheduler_schedule_attempts_total [ALPHA] Number of attempts to schedule pods, by the result. 'error' means "trouble".
        # TYPE scheduler_schedule_attempts_total counter
        scheduler_schedule_attempts_total{profile="default-scheduler",result="scheduled"} 12
        scheduler_schedule_attempts_total{profile="default-scheduler",result="unschedulable"} 6
        scheduler_e2e_scheduling_duration_seconds_bucket{profile="default-scheduler",result="scheduled",le="0.001"} 0
        scheduler_e2e_scheduling_duration_seconds_bucket{profile="default-scheduler",result="scheduled",le="0.002"} 10
        scheduler_e2e_scheduling_duration_seconds_bucket{profile="default-scheduler",result="scheduled",le="+Inf"} 12
        scheduler_e2e_scheduling_duration_seconds_sum{profile="default-scheduler",result="scheduled"} 0.024
        scheduler_e2e_scheduling_duration_seconds_count{profile="default-scheduler",result="scheduled"} 12
        go_goroutines 84
        """;

    private static string Current(int filtered, int scored) =>
        $$"""
            scheduler_pending_pods{queue="active"} 0
            scheduler_framework_extension_point_duration_seconds_count{extension_point="PreFilter",profile="a",status="Success"} {{filtered}}
            scheduler_framework_extension_point_duration_seconds_sum{extension_point="PreFilter",profile="a",status="Success"} 1e-05
            scheduler_plugin_execution_duration_seconds_bucket{extension_point="Score",plugin="ImageLocality",status="Success",le="1e-05"} {{scored
                / 2}}
            scheduler_plugin_execution_duration_seconds_bucket{extension_point="Score",plugin="ImageLocality",status="Success",le="2e-05"} {{scored}}
            scheduler_plugin_execution_duration_seconds_bucket{extension_point="Score",plugin="ImageLocality",status="Success",le="+Inf"} {{scored}}
            scheduler_plugin_execution_duration_seconds_sum{extension_point="Score",plugin="ImageLocality",status="Success"} {{scored}}e-05
            scheduler_plugin_execution_duration_seconds_count{extension_point="Score",plugin="ImageLocality",status="Success"} {{scored}}
            scheduler_plugin_execution_duration_seconds_count{extension_point="Score",plugin="ImageLocality",status="Skip"} 0

            """;

    private static List<SchedulerMeasurement> Measure(string text, string? before = null) =>
        [.. SchedulerMetrics.Read(text, "x").Since(before is null ? null : SchedulerMetrics.Read(before, "x"), "x", null, "", null)];

    [Fact]
    public void Attempts_are_reported_by_result_with_durations_under_either_name()
    {
        foreach (var text in new[] { Old, Old.Replace("e2e_scheduling", "scheduling_attempt", StringComparison.Ordinal) })
        {
            var measured = Measure(text);
            Assert.Equal(["scheduled 12", "unschedulable 6"], measured.Select(one => $"{one.Result} {one.Count}"));
            Assert.All(measured, one => Assert.Equal(("Attempt", "default-scheduler"), (one.Kind, one.SchedulerName)));
            Assert.Equal(TimeSpan.FromMilliseconds(2), measured[0].Mean);
            // 11.4 of 12 are beyond the last bound, which is told.
            Assert.Equal(TimeSpan.FromMilliseconds(2), measured[0].Percentile95);
            Assert.Null(measured[1].Mean);
        }
    }

    [Fact]
    public void Only_attempts_between_two_samples_count()
    {
        var measured = Measure(Current(30, 60), Current(10, 20));
        Assert.Equal(["ExtensionPoint a preFilter", "Plugin score ImageLocality"], measured.Select(one => one.ToString()));
        Assert.Equal([20L, 40L], measured.Select(one => one.Count));
        Assert.Equal("Success 40", measured[1].Result);
        // 20 within 10 microseconds, 20 within the next 10: the 38th is at nine tenths of them.
        Assert.Equal(19, measured[1].Percentile95!.Value.TotalMicroseconds, 3);
        Assert.Equal(10, measured[1].Mean!.Value.TotalMicroseconds, 3);
    }

    [Fact]
    public void Attempts_after_a_restart_count_from_the_start_of_the_process()
    {
        var measured = Measure(Current(5, 8), Current(30, 60));
        Assert.Equal([5L, 8L], measured.Select(one => one.Count));
        Assert.Empty(Measure(Current(5, 8), Current(5, 8)));
    }

    [Theory]
    [InlineData("<html>login</html>", "line 1")]
    [InlineData("go_goroutines 84\n", "no metrics of scheduling")]
    [InlineData("", "no metrics of scheduling")]
    [InlineData("scheduler_pending_pods{queue=\"active\" 1\n", "line 1")]
    [InlineData("scheduler_pending_pods{queue=active} 1\n", "line 1")]
    [InlineData("a 1\nscheduler_pending_pods many\n", "line 2")]
    [InlineData("scheduler_pending_pods\n", "line 1")]
    public void A_Deployment_that_is_not_a_scheduler_is_reported_as_such(string text, string reason)
    {
        var error = Assert.Throws<NodeManagerException>(() => SchedulerMetrics.Read(text, "https://x/metrics"));
        Assert.Equal(ErrorIds.UnexpectedAnswer, error.ErrorId);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Metric_labels_with_special_characters_are_parsed()
    {
        var sample = Assert.Single(
            PrometheusText.Read("scheduler_x{a=\"b\\\"c}\\\\d\\n, e\", f=\"\",} 1.5e3 1700000000000\n", "scheduler_")
        );
        Assert.Equal("b\"c}\\d\n, e", sample.Label("a"));
        Assert.Equal(("", 1500), (sample.Label("f"), sample.Value));
    }

    [Fact]
    public async Task The_window_is_measured_by_the_clock_of_the_session()
    {
        var time = new ManualTimeProvider();
        var read = 0;
        var waiting = new TaskCompletionSource();
        var measuring = SchedulerMeasurer.MeasureAsync(
            _ =>
            {
                var text = Current(10 * ++read, 20 * read);
                waiting.TrySetResult();
                return Task.FromResult(text);
            },
            "x",
            TimeSpan.FromMinutes(1),
            time,
            null,
            CancellationToken.None
        );
        await waiting.Task;
        Assert.False(measuring.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));
        var measured = await measuring;
        Assert.Equal(2, read);
        Assert.All(measured, one => Assert.Equal(TimeSpan.FromMinutes(1), one.Window));
        Assert.Equal([10L, 20L], measured.Select(one => one.Count));
    }

    [Fact]
    public async Task A_token_is_sent_only_over_TLS_and_a_closed_port_is_reported_with_a_workaround()
    {
        Assert.Equal(
            ErrorIds.SchedulerMetricsUnavailable,
            Assert.Throws<NodeManagerException>(() => new MetricsEndpoint(new Uri("http://127.0.0.1:1/metrics"), "secret", null)).ErrorId
        );
        using var endpoint = new MetricsEndpoint(new Uri($"http://{IPAddress.Loopback}:1/metrics"), null, null);
        var error = await Assert.ThrowsAsync<NodeManagerException>(() => endpoint.ReadAsync(CancellationToken.None));
        Assert.Equal(ErrorIds.SchedulerMetricsUnavailable, error.ErrorId);
        Assert.Contains("port-forward", error.RecommendedAction, StringComparison.Ordinal);
    }
}
