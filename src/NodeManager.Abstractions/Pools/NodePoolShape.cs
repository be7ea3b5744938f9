using System.Globalization;

namespace NodeManager;

/// <summary>A machine size that a NodeSmithPool offers.</summary>
public sealed class NodePoolShape
{
    public required string Name { get; init; }

    public long CpuCores { get; init; }

    /// <summary>In bytes.</summary>
    public long Memory { get; init; }

    /// <summary>The zone that machines of this size are created in. Empty: any.</summary>
    public string Zone { get; init; } = "";

    /// <summary>Further resources by name, as quantities: <c>nvidia.com/gpu</c>, <c>ephemeral-storage</c>, <c>pods</c>.</summary>
    public StringMap Resources { get; init; } = StringMap.Empty;

    /// <summary>Further labels of its nodes.</summary>
    public StringMap Labels { get; init; } = StringMap.Empty;

    /// <summary>For one hour, in the currency of the pool; null: unknown.</summary>
    public decimal? Price { get; init; }

    /// <summary>As <c>-Shape</c> takes it: <c>gpu=8x32Gi+nvidia.com/gpu=1+label:kubernetes.io/arch=arm64@zone-a</c>.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Name}={CpuCores}x{(Memory % (1L << 30) == 0 ? $"{Memory >> 30}Gi" : $"{Memory >> 20}Mi")}{Join("+", Resources)}{Join("+label:", Labels)}{(Price is { } price ? $"+price={price:0.######}" : "")}{(Zone.Length > 0 ? "@" + Zone : "")}"
        );

    private static string Join(string prefix, StringMap pairs) =>
        string.Concat(pairs.OrderBy(static one => one.Key, StringComparer.Ordinal).Select(one => $"{prefix}{one.Key}={one.Value}"));
}
