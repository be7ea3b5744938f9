using System.Globalization;

namespace NodeManager.Bench.Running;

/// <summary>The metrics of a sample that goals and tables speak of.</summary>
internal enum Metric
{
    Time,
    Cpu,
    Peak,

    /// <summary>Managed memory that is kept.</summary>
    Live,

    /// <summary>CPU time as a share of the wall time, in percent of a core.</summary>
    Core,

    /// <summary>Managed memory that is kept at the end, as a share of that after half the time: until then each object changes for the first time.</summary>
    Drift,
}

/// <summary>What is asked of a contender.</summary>
/// <param name="Contender">Whose medians count.</param>
/// <param name="Metric">Which of them.</param>
/// <param name="Limit">The most, as a share of the peer's median (less <paramref name="Above"/>), or in ms, bytes or percent without a peer.</param>
/// <param name="Peer">Null: the limit is absolute.</param>
/// <param name="Above">What is taken off the contender's median before: its shell's own start, say.</param>
internal sealed record Goal(string Contender, Metric Metric, double Limit, string? Peer = null, string? Above = null)
{
    /// <summary>Which of <see cref="Asked.Rows"/> it belongs to. Null: a goal of another area.</summary>
    public string? Row { get; init; }

    /// <returns>Null where there are no samples.</returns>
    public double? Value(Result result)
    {
        double? own = result.Median(Contender, Metric) - (Above is null ? 0 : result.Median(Above, Metric));
        return Peer is null ? own : own / result.Median(Peer, Metric);
    }

    /// <summary>How many samples are behind the value, of the contender and of its peer.</summary>
    public string Samples(Result result)
    {
        string own = Count(Contender);
        return Peer is null ? own : $"{own} / {Count(Peer)}";

        string Count(string contender) => result.Samples.GetValueOrDefault(contender, []).Count.ToString(CultureInfo.InvariantCulture);
    }

    public string Measured(double? value) =>
        value is null ? "not measured"
        : Peer is null ? Format.Of(Metric, value)
        : Format.Ratio(value);

    public override string ToString()
    {
        string what = Metric switch
        {
            Metric.Time => "",
            Metric.Cpu or Metric.Core => "CPU of ",
            Metric.Live => "kept by ",
            Metric.Drift => "growth of what is kept by ",
            _ => "memory of ",
        };
        string above = Above is null ? "" : " beyond " + Above;
        string limit = Peer is null ? Format.Of(Metric, Limit) : string.Create(CultureInfo.InvariantCulture, $"{Limit:0.###} of {Peer}");
        return $"{what}{Contender}{above} ≤ {limit}";
    }
}
