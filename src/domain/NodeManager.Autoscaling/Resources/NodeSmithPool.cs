using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Autoscaling.Resources;

/// <summary>Nodes of one kind: their provider, their limits, and the rules of growing and shrinking.</summary>
public sealed class NodeSmithPool : NodeSmithObject<NodeSmithPoolSpec, NodeSmithPoolStatus>
{
    /// <summary>
    /// This pool with the template that the claim stored at its creation. The claim's machine and node follow that one, whatever version of the
    /// pool a process knows: a later template makes the machine outdated.
    /// </summary>
    internal NodeSmithPool WithTemplateOf(NodeSmithClaim claim)
    {
        if (ClaimTemplate.Of(claim) is not { } stored)
            return this;
        var pool = (NodeSmithPool)MemberwiseClone();
        pool.Spec = Spec.With(stored.MachineTemplate);
        return pool;
    }
}

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

    /// <summary>The minimum of nodes while it is set; null: by demand.</summary>
    public int? NodeCount { get; set; }

    /// <summary>A Go duration; null: 5 minutes.</summary>
    public string? RegistrationTimeout { get; set; }

    /// <summary>Pools with a higher priority get machines first; null: 0.</summary>
    public int? Priority { get; set; }

    /// <summary>Outside the template: a new price makes no node outdated.</summary>
    public NodeSmithPrice? Price { get; set; }

    /// <summary>Room to keep free.</summary>
    public NodeSmithSize? Headroom { get; set; }

    internal NodeSmithPoolSpec With(NodeSmithMachineTemplate template)
    {
        var spec = (NodeSmithPoolSpec)MemberwiseClone();
        spec.MachineTemplate = template;
        return spec;
    }
}

/// <summary>0 means unlimited, except for <see cref="MinNodes"/>.</summary>
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

    /// <summary>A Go duration; null: no drain timeout.</summary>
    public string? TerminationGracePeriod { get; set; }

    /// <summary>The available sizes; null or empty: as large as its pods need.</summary>
    public List<NodeSmithShape>? Shapes { get; set; }

    /// <summary>The smallest machine without shapes; null: 2 cores and 2048 MiB.</summary>
    public NodeSmithSize? Minimum { get; set; }

    public NodeSmithSystemReserved? SystemReserved { get; set; }

    /// <summary>
    /// Further resources of each machine by resource name, such as <c>ephemeral-storage</c>, <c>pods</c>, <c>hugepages-2Mi</c> and
    /// <c>nvidia.com/gpu</c>.
    /// </summary>
    public Dictionary<string, Quantity>? Resources { get; set; }

    /// <summary>The shape of a name; null: none.</summary>
    public NodeSmithShape? FindShape(string? name) => string.IsNullOrEmpty(name) ? null : Shapes?.Find(one => one.Name == name);
}

public sealed class NodeSmithShape : PreservedPart
{
    public string Name { get; set; } = "";

    public long CpuCores { get; set; }

    public long MemoryMiB { get; set; }

    public string? Zone { get; set; }

    /// <summary>As <see cref="NodeSmithMachineTemplate.Resources"/>, which it overrides by name.</summary>
    public Dictionary<string, Quantity>? Resources { get; set; }

    /// <summary>Further labels of its nodes, such as <c>kubernetes.io/arch</c>.</summary>
    public Dictionary<string, string>? Labels { get; set; }

    /// <summary>Null: that of the template.</summary>
    public NodeSmithSystemReserved? SystemReserved { get; set; }
}

/// <summary>The system's share of a machine.</summary>
public sealed class NodeSmithSystemReserved : PreservedPart
{
    /// <summary>Null: 100.</summary>
    public long? CpuMillicores { get; set; }

    /// <summary>Null: 256.</summary>
    public long? MemoryMiB { get; set; }

    /// <summary>The share of other resources by name; null: none.</summary>
    public Dictionary<string, Quantity>? Resources { get; set; }
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

    /// <summary>True to replace machines that differ from the pool's template; null: false.</summary>
    public bool? ReplaceDrifted { get; set; }

    /// <summary>The age at which a machine is replaced: a Go duration; null: none.</summary>
    public string? ExpireAfter { get; set; }

    public List<NodeSmithBudget>? Budgets { get; set; }
}

public sealed class NodeSmithConsolidation : PreservedPart
{
    /// <summary><c>Disabled</c> (the default), <c>SingleNode</c> or <c>MultiNode</c>.</summary>
    public string? Mode { get; set; }

    /// <summary>True to replace nodes by a cheaper machine that holds the pods that fit on no other node; null: false.</summary>
    public bool? Replace { get; set; }
}

/// <summary>Limits concurrent removals.</summary>
public sealed class NodeSmithBudget : PreservedPart
{
    /// <summary>A number, or a percentage of the pool's nodes.</summary>
    public string Nodes { get; set; } = "";

    /// <summary><c>Empty</c>, <c>Underutilized</c>, <c>Drifted</c>, <c>Expired</c>; null or empty: all.</summary>
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

/// <summary>The usage of a pool's limits.</summary>
public sealed class NodeSmithUse : PreservedPart
{
    public long? CpuMillicores { get; set; }

    public long? MemoryMiB { get; set; }
}
