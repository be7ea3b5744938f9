using System.Globalization;

namespace NodeManager;

/// <summary>The usage of one resource of a node over a window. Cores for <c>cpu</c>, bytes for <c>memory</c>.</summary>
public sealed class NodeUsageStatistic
{
    /// <summary><c>cpu</c> or <c>memory</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>The allocatable amount, of which the percentages are.</summary>
    public decimal Allocatable { get; init; }

    /// <summary>How many measurements the statistic has.</summary>
    public int Count { get; init; }

    /// <summary>The smallest measurement.</summary>
    public decimal Minimum { get; init; }

    /// <summary>The arithmetic mean of the measurements.</summary>
    public decimal Mean { get; init; }

    /// <summary>The smallest measurement that at least 95 of 100 measurements do not exceed.</summary>
    public decimal Percentile95 { get; init; }

    /// <summary>The largest measurement.</summary>
    public decimal Maximum { get; init; }

    /// <summary>The newest measurement.</summary>
    public decimal Latest { get; init; }

    /// <summary>Percent of allocatable, one decimal; null when nothing is allocatable.</summary>
    public decimal? MinimumPercent => Percent(Minimum);

    /// <inheritdoc cref="MinimumPercent"/>
    public decimal? MeanPercent => Percent(Mean);

    /// <inheritdoc cref="MinimumPercent"/>
    public decimal? Percentile95Percent => Percent(Percentile95);

    /// <inheritdoc cref="MinimumPercent"/>
    public decimal? MaximumPercent => Percent(Maximum);

    /// <inheritdoc cref="MinimumPercent"/>
    public decimal? LatestPercent => Percent(Latest);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{MinimumPercent:0}-{MaximumPercent:0}%, mean {MeanPercent:0}%");

    private decimal? Percent(decimal amount) =>
        Allocatable <= 0 ? null : Math.Round(amount * 100m / Allocatable, 1, MidpointRounding.AwayFromZero);
}
