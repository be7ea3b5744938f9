using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling.Filters;

namespace NodeManager.Scheduling.Packing;

/// <summary>A size that a machine can have.</summary>
/// <param name="Name">The shape's name; empty where sizes are computed.</param>
/// <param name="CpuCores">Whole cores.</param>
/// <param name="MemoryMiB">Memory of the machine.</param>
/// <param name="Allocatable">What pods may reserve on it, by resource name.</param>
public sealed record MachineSize(string Name, long CpuCores, long MemoryMiB, IReadOnlyDictionary<string, decimal> Allocatable)
{
    /// <summary>How many of it are left; null: any number.</summary>
    public MachineStock? Stock { get; init; }

    /// <summary>What sizes are compared by: a core weighs as much as 4 GiB.</summary>
    public long Cost => (CpuCores * 4096) + MemoryMiB;
}

/// <summary>How many machines of a size there are. Changes as a packing takes them.</summary>
public sealed class MachineStock(int left)
{
    public int Left { get; internal set; } = left;
}

/// <summary>Machines that can be made: of one pool, in one zone.</summary>
public sealed class MachineOffer
{
    private readonly Node _template = new();

    public required string Pool { get; init; }

    /// <summary>Null: the pool knows no zones.</summary>
    public string? Zone { get; init; }

    /// <summary>The labels and taints that its nodes will have. The host name is added for each machine.</summary>
    public required Node Template
    {
        get => _template;
        init
        {
            _template = value;
            // A host that no node has: rules that name hosts see it as another one.
            State = new(
                new()
                {
                    Metadata = new()
                    {
                        Name = "\0",
                        Labels = new(value.Metadata.Labels ?? [], StringComparer.Ordinal) { [TopologyKeys.HostName] = "\0" },
                    },
                    Spec = value.Spec,
                }
            );
        }
    }

    /// <summary>Those on offer, the cheapest first.</summary>
    public required IReadOnlyList<MachineSize> Sizes { get; init; }

    /// <summary>What DaemonSets will reserve on each, by resource name; <c>pods</c> is their number.</summary>
    public IReadOnlyDictionary<string, decimal> Overhead { get; init; } = new Dictionary<string, decimal>();

    /// <summary>The pods that <see cref="Overhead"/> is of: no other pod can have their host ports.</summary>
    public IReadOnlyList<Pod> Residents
    {
        get;
        init
        {
            field = value;
            Ports = [.. value.SelectMany(HostPort.Of)];
        }
    } = [];

    /// <summary>Shared by all offers of the pool.</summary>
    public required PoolAllowance Allowance { get; init; }

    internal NodeState State { get; private init; } = null!;

    internal List<HostPort> Ports { get; private init; } = [];

    public override string ToString() => Zone is null ? Pool : $"{Pool} in {Zone}";
}

/// <summary>What a pool may still add within its limits; null: unlimited. Changes as a packing takes from it.</summary>
public sealed class PoolAllowance
{
    public long? Nodes { get; set; }

    public long? CpuCores { get; set; }

    public long? MemoryMiB { get; set; }

    /// <summary>What each machine has beyond its size, and counts with it.</summary>
    public long OverheadMiB { get; init; }

    /// <summary>The limit that a machine would exceed; null: none.</summary>
    internal PackingRefusal? Refuse(long nodes, long cpu, long memory)
    {
        if (nodes > (Nodes ?? long.MaxValue))
            return PackingRefusal.NodeLimit;
        if (cpu > (CpuCores ?? long.MaxValue))
            return PackingRefusal.CpuLimit;
        return memory + (nodes * OverheadMiB) > (MemoryMiB ?? long.MaxValue) ? PackingRefusal.MemoryLimit : null;
    }

    internal void Take(long nodes, long cpu, long memory)
    {
        Nodes -= nodes;
        CpuCores -= cpu;
        MemoryMiB -= memory + (nodes * OverheadMiB);
    }
}
