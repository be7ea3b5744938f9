using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>A node of a pool, or a claim whose node is not there yet.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Claim">Null: a node that carries the pool's label and that no claim owns.</param>
/// <param name="Node">Null: not registered.</param>
internal sealed record PoolMember(NodeSmithPool Pool, NodeSmithClaim? Claim, Node? Node)
{
    /// <summary>What the rules see: the node, or the node that will be.</summary>
    public Node Expected { get; init; } = Node ?? new();

    public bool IsLeaving => Claim?.Metadata.DeletionTimestamp is not null || Node?.Metadata.DeletionTimestamp is not null;

    /// <summary>It keeps its place until the claim is deleted, so that what cannot work is not tried all the time.</summary>
    public bool HasFailed => Is(NodeSmithConditions.Failed);

    /// <summary>Its machine is made, or its node is not initialized yet.</summary>
    public bool IsInFlight =>
        Claim is not null && !IsLeaving && (Node is null || !Is(NodeSmithConditions.Initialized) && !Is(NodeSmithConditions.Ready));

    /// <summary>What the claim requires: its own words, else its shape, else the pool's minimum.</summary>
    public (long CpuCores, long MemoryMiB) Size
    {
        get
        {
            NodeSmithSize? own = Claim?.Spec.Requirements,
                least = Pool.Spec.MachineTemplate.Minimum;
            NodeSmithShape? shape = Pool.Spec.MachineTemplate.Shapes?.Find(one => one.Name == Claim?.Spec.Shape);
            return (
                own?.CpuCores ?? shape?.CpuCores ?? least?.CpuCores ?? PoolOffers.DefaultCores,
                own?.MemoryMiB ?? shape?.MemoryMiB ?? least?.MemoryMiB ?? PoolOffers.DefaultMemory
            );
        }
    }

    public string Title => Node?.Metadata.Name ?? Claim?.Metadata.Name ?? "";

    public bool Is(string condition) => Claim?.Status?.Conditions?.Exists(one => one.Type == condition && one.Status == "True") == true;

    /// <summary>What counts against the pool's limits: allocatable of the node, or what the claim's machine will have.</summary>
    /// <param name="overheadMiB">What the provider adds to each machine.</param>
    public (decimal CpuCores, decimal Bytes) Counted(long overheadMiB)
    {
        if (Node?.Status.Allocatable is { Count: > 0 } there)
            return (there.TryGetValue("cpu", out var cpu) ? cpu.Value : 0, there.TryGetValue("memory", out var memory) ? memory.Value : 0);
        return (Size.CpuCores, (Size.MemoryMiB + overheadMiB) * 1048576m);
    }
}
