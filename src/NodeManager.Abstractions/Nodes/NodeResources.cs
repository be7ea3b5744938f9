using System.Globalization;

namespace NodeManager;

/// <summary>
/// Amounts of a node's resources, as plain numbers that compare and add up in PowerShell (<c>-gt 64gb</c>), also after CLIXML or JSON.
/// </summary>
public sealed class NodeResources
{
    /// <summary>Nothing of anything.</summary>
    internal static readonly NodeResources None = new();

    /// <summary>Cores; 3800m is 3.8.</summary>
    public decimal Cpu { get; init; }

    /// <summary>Bytes.</summary>
    public long Memory { get; init; }

    /// <summary>Bytes.</summary>
    public long EphemeralStorage { get; init; }

    /// <summary>A count.</summary>
    public long Pods { get; init; }

    /// <summary>All else by its Kubernetes name (<c>nvidia.com/gpu</c>, <c>hugepages-2Mi</c> in bytes).</summary>
    public AmountMap Extended { get; init; } = AmountMap.Empty;

    public override string ToString()
    {
        var parts = new List<string> { "cpu=" + Cpu.ToString("0.###", CultureInfo.InvariantCulture), "memory=" + ByteSize.Format(Memory) };
        if (Pods != 0)
            parts.Add("pods=" + Pods.ToString(CultureInfo.InvariantCulture));
        parts.AddRange(Extended.Where(e => e.Value != 0).Select(e => $"{e.Key}={e.Value.ToString("0.###", CultureInfo.InvariantCulture)}"));
        return string.Join(", ", parts);
    }
}
