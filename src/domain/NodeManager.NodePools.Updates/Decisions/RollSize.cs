using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Resources;

namespace NodeManager.NodePools.Updates.Decisions;

/// <summary>The size of a machine and of its replacement.</summary>
/// <param name="Shape">The pool's shape; empty: none.</param>
/// <param name="Zone">Empty: any.</param>
internal sealed record RollSize(string Shape, string Zone, long CpuCores, long MemoryMiB)
{
    /// <summary>The fallback for unknown sizes.</summary>
    public static RollSize Smallest { get; } = new("", "", 0, 0);

    public static RollSize Of(NodeSmithClaim claim, NodeSmithPool pool)
    {
        (long cores, long memory) = ResourcesOf(claim, pool);
        return new(claim.Spec.Shape ?? "", claim.Spec.Zone ?? "", cores, memory);
    }

    // Those at its creation if known: the pool's shape of that name may have changed.
    private static (long Cores, long MemoryMiB) ResourcesOf(NodeSmithClaim claim, NodeSmithPool pool)
    {
        if (claim.Spec.Requirements is { CpuCores: { } cores, MemoryMiB: { } memory })
            return (cores, memory);
        NodeSmithShape? shape = ClaimTemplate.Of(claim)?.MachineTemplate.Shapes?.Find(one => one.Name == claim.Spec.Shape);
        return shape is null ? ClaimAttempts.SizeOf(claim, pool) : (shape.CpuCores, shape.MemoryMiB);
    }

    /// <summary>
    /// The size of its replacement in the current pool: its own shape, else the smallest shape that is as large, else the largest.
    /// </summary>
    public RollSize ReplacementIn(NodeSmithPool pool)
    {
        NodeSmithMachineTemplate template = pool.Spec.MachineTemplate;
        if (template.Shapes is not { Count: > 0 } shapes)
            return new(
                "",
                Zone,
                Math.Max(Math.Max(1, CpuCores), template.Minimum?.CpuCores ?? 0),
                Math.Max(Math.Max(1, MemoryMiB), template.Minimum?.MemoryMiB ?? 0)
            );
        List<NodeSmithShape> here = shapes.FindAll(one => string.IsNullOrEmpty(one.Zone) || Zone.Length == 0 || one.Zone == Zone);
        List<NodeSmithShape> bySize =
        [
            .. (here.Count > 0 ? here : shapes)
                .OrderBy(static one => one.CpuCores)
                .ThenBy(static one => one.MemoryMiB)
                .ThenBy(static one => one.Name, StringComparer.Ordinal),
        ];
        NodeSmithShape chosen =
            here.Find(one => one.Name == Shape) ?? bySize.Find(one => one.CpuCores >= CpuCores && one.MemoryMiB >= MemoryMiB) ?? bySize[^1];
        string zone = here.Count > 0 ? Zone : "";
        if (chosen.Zone is { Length: > 0 } own)
            zone = own;
        return new(chosen.Name, zone, chosen.CpuCores, chosen.MemoryMiB);
    }

    public override string ToString() =>
        $"{(Shape.Length > 0 ? Shape + ": " : "")}{CpuCores} cores, {MemoryMiB} MiB{(Zone.Length > 0 ? $", {Zone}" : "")}";
}
