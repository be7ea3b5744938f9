using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace NodeManager.Server.Metrics;

/// <summary>Aggregates meters of this host and of NodeManager for Prometheus. Counters start with the host. Thread-safe.</summary>
internal sealed class MeterReader : IDisposable
{
    // Request durations in seconds.
    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

    // Tags of request metrics with few values.
    private static readonly HashSet<string> RequestTags = ["http.request.method", "http.response.status_code", "http.route"];

    // Monotonic instruments; an UpDownCounter is a gauge in Prometheus.
    private static readonly HashSet<Type> Counters = [typeof(Counter<>), typeof(ObservableCounter<>)];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(Instrument Instrument, string Labels), Cell> _cells = new();

    /// <param name="meters">Meters of this host; those without a host are included.</param>
    public MeterReader(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            bool isOurs =
                instrument.Meter.Name.StartsWith("NodeManager.", StringComparison.Ordinal)
                || instrument.Name == "http.server.request.duration";
            if (isOurs && (instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, meters)))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public string Format()
    {
        _listener.RecordObservableInstruments();
        var text = new PrometheusWriter();
        foreach (
            IGrouping<Instrument, KeyValuePair<(Instrument Instrument, string Labels), Cell>> family in _cells
                .GroupBy(static cell => cell.Key.Instrument)
                .OrderBy(static family => family.Key.Name, StringComparer.Ordinal)
        )
            Write(
                text,
                family.Key,
                family
                    .OrderBy(static cell => cell.Key.Labels, StringComparer.Ordinal)
                    .Select(static cell => (cell.Key.Labels, cell.Value.Read()))
            );
        text.Process();
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private static void Write(
        PrometheusWriter text,
        Instrument instrument,
        IEnumerable<(string Labels, (double Sum, long Count, long[] Buckets) Value)> cells
    )
    {
        string name = instrument.Name.Replace('.', '_');
        string help = instrument.Description is { Length: > 0 } description
            ? description
            : $"{instrument.Name} of {instrument.Meter.Name}.";
        if (instrument is Histogram<double>)
        {
            string seconds = name + (instrument.Unit == "s" ? "_seconds" : "");
            text.Header(seconds, "histogram", help);
            foreach ((string labels, (double sum, long count, long[] buckets)) in cells)
            {
                long below = 0;
                for (int i = 0; i < Bounds.Length; i++)
                    text.Sample(seconds + "_bucket", With(labels, FormattableString.Invariant($"{Bounds[i]}")), below += buckets[i]);
                text.Sample(seconds + "_bucket", With(labels, "+Inf"), count);
                text.Sample(seconds + "_sum", labels, sum);
                text.Sample(seconds + "_count", labels, count);
            }

            return;
        }

        bool isCounter = Counters.Contains(instrument.GetType().GetGenericTypeDefinition());
        text.Family(
            isCounter ? name + "_total" : name,
            isCounter ? "counter" : "gauge",
            help,
            cells.Select(static cell => (cell.Labels, cell.Value.Sum))
        );
    }

    private static string With(string labels, string bound) =>
        labels.Length > 0 ? $"{labels[..^1]},le=\"{bound}\"}}" : $"{{le=\"{bound}\"}}";

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<(string, string)>(tags.Length);
        foreach ((string key, object? tag) in tags)
            if (!key.Contains('.', StringComparison.Ordinal) || RequestTags.Contains(key))
                labels.Add((key.Replace('.', '_'), tag?.ToString() ?? ""));
        labels.Sort();
        Cell cell = _cells.GetOrAdd((instrument, PrometheusWriter.Labels(labels)), static _ => new());
        cell.Add(value, isAbsolute: instrument.IsObservable);
    }

    private sealed class Cell
    {
        private readonly Lock _gate = new();
        private readonly long[] _buckets = new long[Bounds.Length];
        private double _sum;
        private long _count;

        public void Add(double value, bool isAbsolute)
        {
            lock (_gate)
            {
                _sum = isAbsolute ? value : _sum + value;
                _count++;
                int bucket = Array.FindIndex(Bounds, bound => value <= bound);
                if (bucket >= 0)
                    _buckets[bucket]++;
            }
        }

        public (double Sum, long Count, long[] Buckets) Read()
        {
            lock (_gate)
                return (_sum, _count, [.. _buckets]);
        }
    }
}
