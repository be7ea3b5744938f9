namespace NodeManager.Bench.Running;

/// <summary>The samples of a work, by contender, in the order in which they were taken.</summary>
internal sealed record Result(Work Work, IReadOnlyDictionary<string, IReadOnlyList<Sample>> Samples)
{
    /// <returns>In ms or bytes; null where there are none.</returns>
    public double? Median(string contender, Quantity quantity)
    {
        double[] values = [.. Values(contender, quantity).Order()];
        return values.Length == 0 ? null : (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }

    public IEnumerable<double> Values(string contender, Quantity quantity) =>
        Samples.GetValueOrDefault(contender, []).Select(sample => Of(sample, quantity)).OfType<double>();

    private static double? Of(Sample sample, Quantity quantity) => quantity switch
    {
        Quantity.Time => sample.Milliseconds,
        Quantity.Cpu => sample.CpuMilliseconds,
        _ => sample.PeakBytes,
    };
}
