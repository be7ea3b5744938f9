using System.Globalization;

namespace NodeManager;

/// <summary>The effect of the change of one field of a node pool.</summary>
public sealed class NodePoolFieldPlan
{
    /// <summary>The field's path, for example <c>spec.platform.gcp.machineType</c>.</summary>
    public required string Field { get; init; }

    /// <summary>Empty: it is not there.</summary>
    public string Before { get; init; } = "";

    /// <summary>Empty: it is removed.</summary>
    public string After { get; init; } = "";

    /// <summary>A <see cref="NodePoolEffect"/>.</summary>
    public string Effect { get; init; } = NodePoolEffect.Unknown;

    /// <summary>How many nodes are added, removed or replaced. Null: it cannot be known.</summary>
    public int? Nodes { get; init; }

    /// <summary>Why, in words; empty where the effect needs no explanation.</summary>
    public string Reason { get; init; } = "";

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Field}: {Before} -> {After} ({Effect}{(Nodes is > 0 ? $" {Nodes}" : "")})");
}
