namespace NodeManager.Bench.Running;

/// <summary>The samples of a work, by contender, in the order in which they were taken.</summary>
internal sealed record Result(Work Work, IReadOnlyDictionary<string, IReadOnlyList<Sample>> Samples)
{
    /// <summary>Why it ended before all samples were taken. Null: it did not.</summary>
    public string? Failure { get; init; }

    /// <returns>In ms, bytes or percent; null where there are none.</returns>
    public double? Median(string contender, Metric metric)
    {
        double[] values = [.. Values(contender, metric).Order()];
        return values.Length == 0 ? null : (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }

    public IEnumerable<double> Values(string contender, Metric metric) =>
        Samples.GetValueOrDefault(contender, []).Select(sample => Of(sample, metric)).OfType<double>();

    private static double? Of(Sample sample, Metric metric) =>
        metric switch
        {
            Metric.Time => sample.Milliseconds,
            Metric.Cpu => sample.CpuMilliseconds,
            Metric.Core => 100 * sample.CpuMilliseconds / sample.Milliseconds,
            Metric.Live => sample.LiveBytes,
            Metric.Drift => sample.LiveCourse is { Count: > 1 } course ? (double)course[^1] / course[(course.Count - 1) / 2] : null,
            _ => sample.PeakBytes,
        };
}
