using System.Globalization;
using NodeManager.Kubernetes.Metrics;

namespace NodeManager.SchedulerControl.Measuring;

/// <summary>A histogram of durations: how many took at most so many seconds, each bound including those below it.</summary>
internal sealed class Histogram
{
    private readonly SortedDictionary<double, double> _buckets = [];

    /// <summary>How many.</summary>
    public double Count { get; private set; }

    /// <summary>Their seconds together.</summary>
    public double Sum { get; private set; }

    public TimeSpan? Mean => Count > 0 ? Seconds(Sum / Count) : null;

    /// <summary>Takes in a line of the histogram; what is added up are those of different labels.</summary>
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

    /// <summary>What came since an earlier sample of the same histogram; all of it where the counters were reset in between.</summary>
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
    /// The duration within which that part of all was done, as histogram_quantile of Prometheus reckons: on a line between the bounds of the
    /// bucket in which it falls; values beyond the last bound are reported as that bound.
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

    // TimeSpan.FromSeconds cuts; what is measured in microseconds is rounded.
    private static TimeSpan Seconds(double seconds) => TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
}
