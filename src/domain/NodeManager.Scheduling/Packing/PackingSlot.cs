using NodeManager.Scheduling.Filters;

namespace NodeManager.Scheduling.Packing;

/// <summary>A node or new machine during a packing.</summary>
internal sealed class PackingSlot
{
    public required int Number { get; init; }

    public required string Name { get; init; }

    /// <summary>A node of the snapshot; for a machine its offer's template.</summary>
    public required NodeState State { get; init; }

    /// <summary>False if its pods count but none may be added.</summary>
    public bool IsUsable { get; init; } = true;

    public PackedMachine? Machine { get; init; }

    /// <summary>For a node the free amounts; for a machine the used ones.</summary>
    public required long[] Amounts { get; init; }

    /// <summary>True for a node that takes pods only if nothing else does.</summary>
    public bool IsLastResort { get; init; }

    /// <summary>For a machine: the index of the largest size that it may grow into.</summary>
    public int LargestSize { get; set; } = int.MaxValue;

    /// <summary>For a machine: the index of its size.</summary>
    public int Size { get; set; }

    /// <summary>Its domain by topology key; -1 without the label.</summary>
    public required int[] Domains { get; init; }

    public List<HostPort>? Ports { get; set; }
}
