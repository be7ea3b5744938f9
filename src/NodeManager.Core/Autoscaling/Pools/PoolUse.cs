using NodeManager.Core.Autoscaling.Claims;
using NodeManager.Core.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Core.Autoscaling.Pools;

/// <summary>What counts against the limits of a pool: the allocatable of its nodes, and the requirements of claims that have none yet. Pure.</summary>
/// <param name="Nodes">Claims that have a machine or are to get one, those that are being deleted too.</param>
/// <param name="CpuMillicores">Theirs.</param>
/// <param name="MemoryBytes">Theirs.</param>
internal sealed record PoolUse(int Nodes, long CpuMillicores, long MemoryBytes)
{
    public static PoolUse Of(NodeSmithPool pool, IEnumerable<NodeSmithClaim> claims, Func<NodeSmithClaim, Node?> nodeOf)
    {
        var use = new PoolUse(0, 0, 0);
        foreach (NodeSmithClaim claim in claims.Where(static one => !ClaimAttempts.HasFailed(one)))
        {
            (long cores, long memory) = ClaimAttempts.SizeOf(claim, pool);
            Dictionary<string, Quantity>? allocatable = nodeOf(claim)?.Status.Allocatable;
            use = use.With(
                allocatable?.TryGetValue("cpu", out Quantity cpu) == true ? (long)decimal.Ceiling(cpu.Value * 1000) : cores * 1000,
                allocatable?.TryGetValue("memory", out Quantity bytes) == true ? (long)decimal.Ceiling(bytes.Value) : memory << 20);
        }

        return use;
    }

    /// <summary>With one more node.</summary>
    public PoolUse With(long cpuMillicores, long memoryBytes) => new(Nodes + 1, CpuMillicores + cpuMillicores, MemoryBytes + memoryBytes);

    /// <summary>Which limit it exceeds, as <see cref="ScaleReason"/>, and that as a sentence; null: none.</summary>
    public (string Reason, string Message)? Exceeds(NodeSmithPoolLimits limits) =>
        limits.MaxNodes > 0 && Nodes > limits.MaxNodes ? (ScaleReason.NodeLimit, $"limits.maxNodes is {limits.MaxNodes}.")
        : limits.CpuCores > 0 && CpuMillicores > limits.CpuCores * 1000 ? (ScaleReason.CpuLimit, $"limits.cpuCores is {limits.CpuCores}.")
        : limits.MemoryMiB > 0 && MemoryBytes > limits.MemoryMiB << 20 ? (ScaleReason.MemoryLimit, $"limits.memoryMiB is {limits.MemoryMiB}.")
        : null;
}
