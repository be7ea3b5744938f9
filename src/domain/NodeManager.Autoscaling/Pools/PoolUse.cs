using NodeManager.Autoscaling.Claims;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Autoscaling.Pools;

/// <summary>The usage of a pool's limits: the allocatable of its nodes, and the expected size of machines without one.</summary>
/// <param name="Nodes">Claims that have or will get a machine, including those being deleted.</param>
public sealed record PoolUse(int Nodes, long CpuMillicores, long MemoryBytes)
{
    /// <summary>The overhead of each machine beyond its claim.</summary>
    public long OverheadBytes { get; init; }

    /// <param name="provider">Its overhead applies to each machine; null: unknown, and the nodes show it.</param>
    /// <param name="nodeOf">The node of a claim.</param>
    public static PoolUse Of(
        NodeSmithPool pool,
        NodeSmithProvider? provider,
        IReadOnlyCollection<NodeSmithClaim> claims,
        Func<NodeSmithClaim, Node?> nodeOf
    )
    {
        long overhead = provider is not null
            ? provider.Spec.Describe().OverheadMiB << 20
            : claims.Select(claim => Added(claim, pool, nodeOf(claim))).DefaultIfEmpty().Max();
        var use = new PoolUse(0, 0, 0) { OverheadBytes = overhead };
        foreach (NodeSmithClaim claim in claims.Where(static one => !ClaimAttempts.HasFailed(one)))
        {
            (long cores, long memory) = ClaimAttempts.SizeOf(claim, pool);
            Dictionary<string, Quantity>? allocatable = nodeOf(claim)?.Status.Allocatable;
            use = use.With(
                allocatable?.TryGetValue("cpu", out Quantity cpu) == true ? (long)decimal.Ceiling(cpu.Value * 1000) : cores * 1000,
                allocatable?.TryGetValue("memory", out Quantity bytes) == true
                    ? (long)decimal.Ceiling(bytes.Value)
                    : (memory << 20) + overhead
            );
        }

        return use;
    }

    /// <summary>With one more node.</summary>
    public PoolUse With(long cpuMillicores, long memoryBytes) =>
        this with
        {
            Nodes = Nodes + 1,
            CpuMillicores = CpuMillicores + cpuMillicores,
            MemoryBytes = MemoryBytes + memoryBytes,
        };

    /// <summary>With one more machine of that size.</summary>
    public PoolUse WithMachine(long cpuCores, long memoryBytes) => With(cpuCores * 1000, memoryBytes + OverheadBytes);

    // The allocatable is what counts after the registration.
    private static long Added(NodeSmithClaim claim, NodeSmithPool pool, Node? node) =>
        node?.Status.Allocatable?.TryGetValue("memory", out Quantity bytes) == true
            ? Math.Max(0, (long)bytes.Value - (ClaimAttempts.SizeOf(claim, pool).MemoryMiB << 20))
            : 0;

    /// <summary>The exceeded limit, as <see cref="AutoscalerReason"/> and as a sentence; null: none.</summary>
    public (string Reason, string Message)? Exceeds(NodeSmithPoolLimits limits) =>
        limits.MaxNodes > 0 && Nodes > limits.MaxNodes ? (AutoscalerReason.NodeLimit, $"limits.maxNodes is {limits.MaxNodes}.")
        : limits.CpuCores > 0 && CpuMillicores > limits.CpuCores * 1000
            ? (AutoscalerReason.CpuLimit, $"limits.cpuCores is {limits.CpuCores}.")
        : limits.MemoryMiB > 0 && MemoryBytes > limits.MemoryMiB << 20
            ? (AutoscalerReason.MemoryLimit, $"limits.memoryMiB is {limits.MemoryMiB}.")
        : null;
}
