using NodeManager.Kubernetes.Metrics;
using NodeManager.SchedulerConfigurations.Catalog;

namespace NodeManager.SchedulerControl.Measuring;

/// <summary>
/// The plugins, extension points and attempts in a scheduler's metrics. Names and labels are those of Kubernetes 1.19 to 1.36: the duration
/// of an attempt was renamed in 1.23.
/// </summary>
internal sealed class SchedulerMetrics
{
    private const string Prefix = "scheduler_";
    private const string Plugins = "scheduler_plugin_execution_duration_seconds";
    private const string Points = "scheduler_framework_extension_point_duration_seconds";
    private const string Attempts = "scheduler_schedule_attempts_total";
    private static readonly string[] AttemptDurations =
    [
        "scheduler_scheduling_attempt_duration_seconds",
        "scheduler_e2e_scheduling_duration_seconds",
    ];

    private readonly Dictionary<Key, Histogram> _histograms = [];
    private readonly Dictionary<(Key Key, string Result), double> _results = [];

    private SchedulerMetrics() { }

    /// <summary>Parses a scheduler's metrics.</summary>
    /// <exception cref="NodeManagerException">UnexpectedAnswer: the answer does not come from a scheduler.</exception>
    public static SchedulerMetrics Read(string text, string source)
    {
        IReadOnlyList<PrometheusSample> samples;
        try
        {
            samples = PrometheusText.Read(text, Prefix);
        }
        catch (FormatException exception)
        {
            throw NoMetrics(source, exception.Message, exception);
        }

        if (
            !samples.Any(sample =>
                sample.Name is Attempts
                || sample.Name.StartsWith(Points, StringComparison.Ordinal)
                || sample.Name.StartsWith("scheduler_pending_pods", StringComparison.Ordinal)
            )
        )
            throw NoMetrics(source, "it has no metrics of scheduling", null);
        var metrics = new SchedulerMetrics();
        foreach (var sample in samples)
            metrics.Add(sample);
        return metrics;
    }

    /// <summary>The measurements since an earlier reading, or since the scheduler's start.</summary>
    public IEnumerable<SchedulerMeasurement> Since(
        SchedulerMetrics? earlier,
        string source,
        TimeSpan? window,
        string cluster,
        NodeManagerSession? session
    )
    {
        var keys = _histograms
            .Keys.Concat(_results.Keys.Select(pair => pair.Key))
            .Distinct()
            .OrderBy(key => key.Kind, StringComparer.Ordinal)
            .ThenBy(key => key.Profile, StringComparer.Ordinal)
            .ThenBy(key => Order(key.Point))
            .ThenBy(key => key.Point, StringComparer.Ordinal)
            .ThenBy(key => key.Plugin, StringComparer.Ordinal)
            .ThenBy(key => key.Result, StringComparer.Ordinal);
        foreach (var key in keys)
        {
            var histogram = _histograms.GetValueOrDefault(key)?.Since(earlier?._histograms.GetValueOrDefault(key));
            var counts = _results
                .Where(pair => pair.Key.Key == key)
                .Select(pair => (pair.Key.Result, Count: Difference(pair.Value, earlier?._results.GetValueOrDefault(pair.Key) ?? 0)))
                .Where(pair => pair.Count > 0)
                .OrderByDescending(pair => pair.Count)
                .ToList();
            var count = key.Kind == SchedulerMeasurementKind.Attempt ? counts.Sum(pair => pair.Count) : (long)(histogram?.Count ?? 0);
            if (count == 0)
                continue;
            yield return new SchedulerMeasurement
            {
                Kind = key.Kind,
                Source = source,
                SchedulerName = key.Profile,
                ExtensionPoint = key.Point,
                Plugin = key.Plugin,
                Count = count,
                Result =
                    key.Kind == SchedulerMeasurementKind.Attempt
                        ? key.Result
                        : string.Join(", ", counts.Select(pair => $"{pair.Result} {pair.Count}")),
                Mean = histogram?.Mean,
                Percentile95 = histogram?.Quantile(0.95),
                Window = window,
                Cluster = cluster,
                Session = session,
            };
        }
    }

    private static long Difference(double now, double before) => (long)(now < before ? now : now - before);

    private void Add(PrometheusSample sample)
    {
        if (sample.Name == Attempts)
        {
            var result = sample.Label("result");
            _results[(new Key(SchedulerMeasurementKind.Attempt, sample.Label("profile"), "", "", result), result)] = sample.Value;
        }
        else if (sample.Name.StartsWith(Plugins, StringComparison.Ordinal))
        {
            AddTimed(new Key(SchedulerMeasurementKind.Plugin, "", Point(sample), sample.Label("plugin"), ""), sample);
        }
        else if (sample.Name.StartsWith(Points, StringComparison.Ordinal))
        {
            AddTimed(new Key(SchedulerMeasurementKind.ExtensionPoint, sample.Label("profile"), Point(sample), "", ""), sample);
        }
        else if (AttemptDurations.Any(name => sample.Name.StartsWith(name, StringComparison.Ordinal)))
        {
            AddHistogram(new Key(SchedulerMeasurementKind.Attempt, sample.Label("profile"), "", "", sample.Label("result")), sample);
        }
    }

    private void AddTimed(Key key, PrometheusSample sample)
    {
        AddHistogram(key, sample);
        if (sample.Name.EndsWith("_count", StringComparison.Ordinal))
            _results[(key, sample.Label("status"))] = sample.Value;
    }

    private void AddHistogram(Key key, PrometheusSample sample)
    {
        if (!_histograms.TryGetValue(key, out var histogram))
            _histograms.Add(key, histogram = new Histogram());
        histogram.Add(sample);
    }

    // The metrics write PreFilter, the configuration preFilter.
    private static string Point(PrometheusSample sample) =>
        sample.Label("extension_point") is { Length: > 0 } name ? char.ToLowerInvariant(name[0]) + name[1..] : "";

    private static int Order(string point)
    {
        var place = ExtensionPoints.Cycle.ToList().IndexOf(point);
        return place < 0 ? int.MaxValue : place;
    }

    private static NodeManagerException NoMetrics(string source, string reason, Exception? cause) =>
        new(
            ErrorIds.UnexpectedAnswer,
            ErrorKind.ProtocolError,
            $"{source} is not the metrics endpoint of a scheduler: {reason}.",
            source,
            "Check the address: it ends with /metrics, at the scheduler's secure port (10259 by default).",
            cause
        );

    private sealed record Key(string Kind, string Profile, string Point, string Plugin, string Result);
}
