using System.Globalization;

namespace NodeManager.Providers.Reports;

/// <summary>Maps times to a drawing of width 1000. Pure.</summary>
/// <param name="To">Later than From.</param>
internal sealed record TimeScale(DateTimeOffset From, DateTimeOffset To)
{
    public const double Width = 1000;

    // The minimum visible width.
    private const double MinimumWidth = 2;
    private const int MaximumTicks = 6;

    private static readonly TimeSpan[] Steps =
    [
        .. new double[] { 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400 }.Select(
            TimeSpan.FromSeconds
        ),
    ];

    /// <summary>A common scale for several drains.</summary>
    public static TimeScale Of(IReadOnlyCollection<NodeDrainResult> results)
    {
        DateTimeOffset from = results.Min(r => r.StartedAt);
        DateTimeOffset to = results.Max(r => r.EndedAt);
        return new(from, to - from < TimeSpan.FromSeconds(1) ? from + TimeSpan.FromSeconds(1) : to);
    }

    public (double X, double Width) Place(DateTimeOffset start, DateTimeOffset end)
    {
        double x = Math.Clamp(X(start), 0, Width - MinimumWidth);
        return (x, Math.Clamp(X(end) - x, MinimumWidth, Width - x));
    }

    /// <summary>Round times since the start with their positions in percent.</summary>
    public IReadOnlyList<(double Percent, string Label)> Ticks()
    {
        TimeSpan span = To - From;
        TimeSpan step = Steps.FirstOrDefault(s => span / s <= MaximumTicks, TimeSpan.FromDays(Math.Ceiling(span.TotalDays / MaximumTicks)));
        List<(double, string)> ticks = [];
        for (TimeSpan at = TimeSpan.Zero; at <= span; at += step)
            ticks.Add((100 * (at / span), Label(at)));
        return ticks;
    }

    private static string Label(TimeSpan at) =>
        at.TotalHours switch
        {
            0 => "0",
            >= 1 => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(at.TotalHours):0}:{at.Minutes:00} h"),
            _ when at.TotalMinutes >= 1 => string.Create(CultureInfo.InvariantCulture, $"{at.Minutes}:{at.Seconds:00} min"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds:0.#} s"),
        };

    private double X(DateTimeOffset at) => Width * ((at - From) / (To - From));
}
