using NodeManager.Scheduling.Filters;

namespace NodeManager.Scheduling.Packing;

/// <summary>A possible machine size.</summary>
/// <param name="Name">The shape's name; empty if sizes are computed.</param>
/// <param name="CpuCores">Whole cores.</param>
/// <param name="Allocatable">By resource name.</param>
public sealed record MachineSize(string Name, long CpuCores, long MemoryMiB, IReadOnlyDictionary<string, decimal> Allocatable)
{
    /// <summary>The remaining number; null: unlimited.</summary>
    public MachineStock? Stock { get; init; }

    /// <summary>True for a size with devices: a machine only grows into it for pods that request them.</summary>
    public bool HasDevices { get; init; }

    /// <summary>For one hour; null: unknown.</summary>
    public decimal? Price { get; init; }

    /// <summary>For comparisons: a core weighs as much as 4 GiB.</summary>
    public long Cost => (CpuCores * 4096) + MemoryMiB;
}

/// <summary>The remaining machines of a size. A packing takes from it.</summary>
public sealed class MachineStock(int remaining)
{
    public int Remaining { get; internal set; } = remaining;
}

/// <summary>The machines that a pool can add in one zone.</summary>
public sealed class MachineOffer
{
    private readonly Node _template = new();

    public required string Pool { get; init; }

    /// <summary>Null: the pool has no zones.</summary>
    public string? Zone { get; init; }

    /// <summary>Of the pool; a higher one is preferred.</summary>
    public int Priority { get; init; }

    /// <summary>The existing machines of the pool in the zone, for the balance.</summary>
    public int Nodes { get; init; }

    /// <summary>The labels and taints of its nodes. The hostname is added for each machine.</summary>
    public required Node Template
    {
        get => _template;
        init
        {
            _template = value;
            // A hostname that no node has, so that rules by hostname see a new host.
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

    /// <summary>The available sizes, the cheapest first.</summary>
    public required IReadOnlyList<MachineSize> Sizes { get; init; }

    /// <summary>The DaemonSets' requests on each, by resource name; <c>pods</c> is their number.</summary>
    public IReadOnlyDictionary<string, decimal> Overhead { get; init; } = new Dictionary<string, decimal>();

    /// <summary>The pods of <see cref="Overhead"/>: no other pod can have their host ports.</summary>
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

/// <summary>The remaining limits of a pool; null: unlimited. A packing takes from it.</summary>
public sealed class PoolAllowance
{
    public long? Nodes { get; set; }

    public long? CpuCores { get; set; }

    public long? MemoryMiB { get; set; }

    /// <summary>The overhead of each machine beyond its size, which counts towards the limit.</summary>
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
