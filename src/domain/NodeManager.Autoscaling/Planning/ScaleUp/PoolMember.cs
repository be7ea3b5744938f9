namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>A node of a pool, or a claim without a node yet.</summary>
/// <param name="Claim">Null: a node with the pool's label but without a claim.</param>
/// <param name="Node">Null: not registered.</param>
internal sealed record PoolMember(NodeSmithPool Pool, NodeSmithClaim? Claim, Node? Node)
{
    /// <summary>The actual or expected node.</summary>
    public Node Expected { get; init; } = Node ?? new();

    public bool IsLeaving => Claim?.Metadata.DeletionTimestamp is not null || Node?.Metadata.DeletionTimestamp is not null;

    /// <summary>True for a failed claim: it counts until it is deleted, so that a failure is not repeated immediately.</summary>
    public bool HasFailed => Is(NodeSmithConditions.Failed);

    /// <summary>True while its machine is created, or its node is not initialized.</summary>
    public bool IsInFlight =>
        Claim is not null && !IsLeaving && (Node is null || !Is(NodeSmithConditions.Initialized) && !Is(NodeSmithConditions.Ready));

    /// <summary>The required size: the claim's own, else its shape's, else the pool's minimum.</summary>
    public (long CpuCores, long MemoryMiB) Size
    {
        get
        {
            NodeSmithSize? own = Claim?.Spec.Requirements,
                minimum = Pool.Spec.MachineTemplate.Minimum;
            NodeSmithShape? shape = Pool.Spec.MachineTemplate.Shapes?.Find(one => one.Name == Claim?.Spec.Shape);
            return (
                own?.CpuCores ?? shape?.CpuCores ?? minimum?.CpuCores ?? PoolOffers.DefaultCores,
                own?.MemoryMiB ?? shape?.MemoryMiB ?? minimum?.MemoryMiB ?? PoolOffers.DefaultMemory
            );
        }
    }

    public string Title => Node?.Metadata.Name ?? Claim?.Metadata.Name ?? "";

    public bool Is(string condition) => Claim?.Status?.Conditions?.Exists(one => one.Type == condition && one.Status == "True") == true;

    /// <summary>The amounts that count towards the pool's limits: the node's allocatable, or the expected machine's.</summary>
    /// <param name="overheadMiB">The provider's overhead for each machine.</param>
    public (decimal CpuCores, decimal Bytes) Counted(long overheadMiB)
    {
        if (Node?.Status.Allocatable is { Count: > 0 } there)
            return (there.TryGetValue("cpu", out var cpu) ? cpu.Value : 0, there.TryGetValue("memory", out var memory) ? memory.Value : 0);
        return (Size.CpuCores, (Size.MemoryMiB + overheadMiB) * 1048576m);
    }
}
