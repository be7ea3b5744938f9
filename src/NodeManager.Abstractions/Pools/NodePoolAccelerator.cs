using System.Globalization;

namespace NodeManager;

/// <summary>Accelerators of each node of a pool.</summary>
public sealed class NodePoolAccelerator
{
    /// <summary>As the platform names it, for example <c>nvidia-tesla-v100</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary>How many each node has.</summary>
    public int Count { get; init; }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Type}={Count}");
}
