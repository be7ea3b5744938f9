using System.Globalization;

namespace NodeManager;

/// <summary>One step of the reasoning of a recommendation.</summary>
public sealed class NodeScaleReason
{
    /// <summary>One of <see cref="NodeScaleRule"/>.</summary>
    public required string Rule { get; init; }

    /// <summary><c>cpu</c> or <c>memory</c>; empty where the rule is about none.</summary>
    public string Resource { get; init; } = "";

    /// <summary>The observed value: percent, or a number of nodes or pods.</summary>
    public decimal? Value { get; init; }

    /// <summary>The threshold, in the same unit.</summary>
    public decimal? Limit { get; init; }

    /// <summary>The pod as <c>namespace/name</c>, or the PodDisruptionBudget; empty where the rule is about none.</summary>
    public string Object { get; init; } = "";

    /// <summary>The step in one sentence.</summary>
    public required string Message { get; init; }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rule}: {Message}");
}
