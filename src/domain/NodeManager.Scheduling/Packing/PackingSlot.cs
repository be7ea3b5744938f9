using NodeManager.Scheduling.Filters;

namespace NodeManager.Scheduling.Packing;

/// <summary>A node, or a machine to make, that is filled.</summary>
internal sealed class PackingSlot
{
    public required int Number { get; init; }

    public required string Name { get; init; }

    /// <summary>A node of the snapshot; of a machine its offer's template.</summary>
    public required NodeState State { get; init; }

    /// <summary>False: what runs there counts, but nothing is added.</summary>
    public bool IsUsable { get; init; } = true;

    public PackedMachine? Machine { get; init; }

    /// <summary>What is left; of a machine: what is used.</summary>
    public required long[] Amounts { get; init; }

    /// <summary>Of a machine: its size's place among those of the offer.</summary>
    public int Size { get; set; }

    /// <summary>Its domain by topology key; -1 without the label.</summary>
    public required int[] Domains { get; init; }

    public List<HostPort>? Ports { get; set; }
}
