using System.Globalization;

namespace NodeManager.Bench.Running;

/// <summary>The quantities of a sample that goals and tables speak of.</summary>
internal enum Quantity
{
    Time,
    Cpu,
    Peak,
}

/// <summary>What is asked of a contender.</summary>
/// <param name="Contender">Whose medians count.</param>
/// <param name="Quantity">Which of them.</param>
/// <param name="Limit">The most, as a share of the peer's median (less <paramref name="Above"/>), or in ms or bytes without a peer.</param>
/// <param name="Peer">Null: the limit is absolute.</param>
/// <param name="Above">What is taken off the contender's median before: its shell's own start, say.</param>
internal sealed record Goal(string Contender, Quantity Quantity, double Limit, string? Peer = null, string? Above = null)
{
    /// <returns>Null where there are no samples.</returns>
    public double? Value(Result result)
    {
        double? own = result.Median(Contender, Quantity) - (Above is null ? 0 : result.Median(Above, Quantity));
        return Peer is null ? own : own / result.Median(Peer, Quantity);
    }

    public override string ToString()
    {
        string what = Quantity switch { Quantity.Time => "", Quantity.Cpu => "CPU ", _ => "memory " };
        string above = Above is null ? "" : " beyond " + Above;
        string limit = Peer is null ? Format.Of(Quantity, Limit) : string.Create(CultureInfo.InvariantCulture, $"{Limit:0.###} of {Peer}");
        return $"{what}{Contender}{above} ≤ {limit}";
    }
}
