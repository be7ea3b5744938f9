using System.Globalization;
using NodeManager.Kubernetes.Metrics;

namespace NodeManager.SchedulerControl.Measuring;

/// <summary>A histogram of durations with cumulative buckets.</summary>
internal sealed class Histogram
{
    private readonly SortedDictionary<double, double> _buckets = [];

    public double Count { get; private set; }

    public double Sum { get; private set; }

    public TimeSpan? Mean => Count > 0 ? Seconds(Sum / Count) : null;

    /// <summary>Adds a line of the histogram, over all labels.</summary>
    public void Add(PrometheusSample sample)
    {
        if (sample.Name.EndsWith("_count", StringComparison.Ordinal))
        {
            Count += sample.Value;
        }
        else if (sample.Name.EndsWith("_sum", StringComparison.Ordinal))
        {
            Sum += sample.Value;
        }
        else if (sample.Labels.TryGetValue("le", out var text))
        {
            var bound = text is "+Inf" or "Inf" ? double.PositiveInfinity : double.Parse(text, CultureInfo.InvariantCulture);
            _buckets[bound] = _buckets.GetValueOrDefault(bound) + sample.Value;
        }
    }

    /// <summary>The difference to an earlier sample; the full histogram after a counter reset.</summary>
    public Histogram Since(Histogram? earlier)
    {
        if (earlier is null || earlier.Count > Count)
            return this;
        var since = new Histogram { Count = Count - earlier.Count, Sum = Sum - earlier.Sum };
        foreach (var (bound, count) in _buckets)
            since._buckets[bound] = count - earlier._buckets.GetValueOrDefault(bound);
        return since;
    }

    /// <summary>
    /// The quantile as histogram_quantile of Prometheus computes it: interpolated linearly within its bucket; values beyond the last bound
    /// are reported as that bound.
    /// </summary>
    public TimeSpan? Quantile(double part)
    {
        var all = _buckets.ToArray();
        if (all.Length < 2 || !double.IsPositiveInfinity(all[^1].Key) || all[^1].Value <= 0)
            return null;
        var rank = part * all[^1].Value;
        var index = Array.FindIndex(all, bucket => bucket.Value >= rank);
        if (index == all.Length - 1)
            return Seconds(all[^2].Key);
        var (start, below) = index == 0 ? (0, 0) : (all[index - 1].Key, all[index - 1].Value);
        var within = all[index].Value - below;
        return Seconds(within <= 0 ? all[index].Key : start + ((all[index].Key - start) * (rank - below) / within));
    }

    // TimeSpan.FromSeconds truncates; microseconds have to be rounded.
    private static TimeSpan Seconds(double seconds) => TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
}
