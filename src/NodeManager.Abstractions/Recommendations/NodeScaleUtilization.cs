using System.Globalization;

namespace NodeManager;

/// <summary>How full the nodes are of one resource, before and after the recommendation. Percent of allocatable, one decimal.</summary>
public sealed class NodeScaleUtilization
{
    /// <summary><c>cpu</c> or <c>memory</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>The requests of the pods.</summary>
    public decimal? RequestedPercent { get; init; }

    /// <summary>The usage of the nodes; null if it is unknown.</summary>
    public decimal? UsedPercent { get; init; }

    /// <summary>The requests of pods as a share of the nodes after the recommendation.</summary>
    public decimal? RequestedPercentAfter { get; init; }

    /// <summary>The same for what is used, if the use stays the same.</summary>
    public decimal? UsedPercentAfter { get; init; }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Resource} {RequestedPercent:0.#}% requested, {(UsedPercent is { } used ? $"{used:0.#}% used" : "usage unknown")}"
        );
}
