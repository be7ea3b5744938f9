using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Autoscaling.Pools;

/// <summary>
/// What counts against the limits of a pool: the allocatable of its nodes, and what the machines of claims that have none yet will have. Pure.
/// </summary>
/// <param name="Nodes">Claims that have a machine or are to get one, those that are being deleted too.</param>
/// <param name="CpuMillicores">Theirs.</param>
/// <param name="MemoryBytes">Theirs.</param>
public sealed record PoolUse(int Nodes, long CpuMillicores, long MemoryBytes)
{
    /// <summary>What each machine has beyond what its claim requires.</summary>
    public long OverheadBytes { get; init; }

    /// <param name="pool">The pool.</param>
    /// <param name="provider">Its provider, which may add to each machine; null: unknown, and nodes show what was added.</param>
    /// <param name="claims">Of the pool.</param>
    /// <param name="nodeOf">The node of a claim.</param>
    public static PoolUse Of(
        NodeSmithPool pool,
        NodeSmithProvider? provider,
        IReadOnlyCollection<NodeSmithClaim> claims,
        Func<NodeSmithClaim, Node?> nodeOf
    )
    {
        long overhead = provider is not null
            ? provider.Spec.OverheadMiB << 20
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

    // The allocatable is what counts later.
    private static long Added(NodeSmithClaim claim, NodeSmithPool pool, Node? node) =>
        node?.Status.Allocatable?.TryGetValue("memory", out Quantity bytes) == true
            ? Math.Max(0, (long)bytes.Value - (ClaimAttempts.SizeOf(claim, pool).MemoryMiB << 20))
            : 0;

    /// <summary>Which limit it exceeds, as <see cref="ScaleReason"/>, and that as a sentence; null: none.</summary>
    public (string Reason, string Message)? Exceeds(NodeSmithPoolLimits limits) =>
        limits.MaxNodes > 0 && Nodes > limits.MaxNodes ? (ScaleReason.NodeLimit, $"limits.maxNodes is {limits.MaxNodes}.")
        : limits.CpuCores > 0 && CpuMillicores > limits.CpuCores * 1000 ? (ScaleReason.CpuLimit, $"limits.cpuCores is {limits.CpuCores}.")
        : limits.MemoryMiB > 0 && MemoryBytes > limits.MemoryMiB << 20
            ? (ScaleReason.MemoryLimit, $"limits.memoryMiB is {limits.MemoryMiB}.")
        : null;
}
