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

    /// <summary>As <c>-Shape</c> takes it: <c>large=8x32Gi@zone-a</c>.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Name}={CpuCores}x{(Memory % (1L << 30) == 0 ? $"{Memory >> 30}Gi" : $"{Memory >> 20}Mi")}{(Zone.Length > 0 ? "@" + Zone : "")}"
        );
}
