using NodeManager.Kubernetes.Models;

namespace NodeManager.Autoscaling.Resources;

/// <summary>Nodes of one kind: from which provider, between which limits, and how the pool grows and shrinks.</summary>
public sealed class NodeSmithPool : NodeSmithObject<NodeSmithPoolSpec, NodeSmithPoolStatus>;

public sealed class NodeSmithPoolSpec : PreservedPart
{
    public string ProviderRef { get; set; } = "";

    public NodeSmithPoolLimits Limits
    {
        get;
        set => field = value ?? new();
    } = new();

    public NodeSmithMachineTemplate MachineTemplate
    {
        get;
        set => field = value ?? new();
    } = new();

    /// <summary>Null: <see cref="NodeSmithNames.DefaultPoolLabelKey"/>.</summary>
    public string? PoolLabelKey { get; set; }

    public NodeSmithScaleUp? ScaleUp { get; set; }

    public NodeSmithScaleDown? ScaleDown { get; set; }

    /// <summary>At least so many nodes while it is set; null: what pods need.</summary>
    public int? NodeCount { get; set; }

    /// <summary>A Go duration; null: 5 minutes.</summary>
    public string? RegistrationTimeout { get; set; }

    /// <summary>Room that is kept free.</summary>
    public NodeSmithSize? Headroom { get; set; }
}

/// <summary>0 means unlimited, but for <see cref="MinNodes"/>.</summary>
public sealed class NodeSmithPoolLimits : PreservedPart
{
    public int MinNodes { get; set; }

    public int MaxNodes { get; set; }

    public long CpuCores { get; set; }

    public long MemoryMiB { get; set; }
}

public sealed class NodeSmithMachineTemplate : PreservedPart
{
    public Dictionary<string, string>? Labels { get; set; }

    public List<Taint>? Taints { get; set; }

    public List<Taint>? StartupTaints { get; set; }

    /// <summary>A Go duration; null: drains take as long as they need.</summary>
    public string? TerminationGracePeriod { get; set; }

    /// <summary>The sizes on offer; null or empty: as large as its pods need.</summary>
    public List<NodeSmithShape>? Shapes { get; set; }

    /// <summary>The smallest machine where there are no shapes; null: 2 cores and 2048 MiB.</summary>
    public NodeSmithSize? Minimum { get; set; }

    public NodeSmithSystemReserved? SystemReserved { get; set; }
}

public sealed class NodeSmithShape : PreservedPart
{
    public string Name { get; set; } = "";

    public long CpuCores { get; set; }

    public long MemoryMiB { get; set; }

    public string? Zone { get; set; }
}

/// <summary>What the system of a node takes from its machine.</summary>
public sealed class NodeSmithSystemReserved : PreservedPart
{
    /// <summary>Null: 100.</summary>
    public long? CpuMillicores { get; set; }

    /// <summary>Null: 256.</summary>
    public long? MemoryMiB { get; set; }
}

public sealed class NodeSmithScaleUp : PreservedPart
{
    /// <summary>A Go duration; null: none.</summary>
    public string? StabilizationWindow { get; set; }
}

public sealed class NodeSmithScaleDown : PreservedPart
{
    /// <inheritdoc cref="NodeSmithScaleUp.StabilizationWindow"/>
    public string? StabilizationWindow { get; set; }

    public NodeSmithConsolidation? Consolidation { get; set; }

    public List<NodeSmithBudget>? Budgets { get; set; }
}

public sealed class NodeSmithConsolidation : PreservedPart
{
    /// <summary><c>Disabled</c> (the default), <c>SingleNode</c> or <c>MultiNode</c>.</summary>
    public string? Mode { get; set; }
}

/// <summary>How many nodes may be removed at a time.</summary>
public sealed class NodeSmithBudget : PreservedPart
{
    /// <summary>A number, or a percentage of the pool's nodes.</summary>
    public string Nodes { get; set; } = "";

    /// <summary><c>Empty</c>, <c>Underutilized</c>, <c>Drifted</c>; null or empty: all.</summary>
    public List<string>? Reasons { get; set; }

    /// <summary>A cron expression in UTC; null: always.</summary>
    public string? Schedule { get; set; }

    /// <summary>A Go duration from each start of the schedule.</summary>
    public string? Duration { get; set; }
}

public sealed class NodeSmithPoolStatus : PreservedPart
{
    public List<NodeSmithCondition>? Conditions { get; set; }

    public DateTimeOffset? LastScaleActivity { get; set; }

    public long? NextClaimSequence { get; set; }

    public long? ObservedGeneration { get; set; }

    public int? Nodes { get; set; }

    public int? ReadyNodes { get; set; }

    public int? Claims { get; set; }

    public NodeSmithUse? Resources { get; set; }
}

/// <summary>What counts against a pool's limits.</summary>
public sealed class NodeSmithUse : PreservedPart
{
    public long? CpuMillicores { get; set; }

    public long? MemoryMiB { get; set; }
}
