namespace NodeManager.NodePools;

/// <summary>Changes of a pool's specification; null fields stay.</summary>
public sealed record PoolChange
{
    public string? MachineType { get; init; }

    public int? DiskSizeGB { get; init; }

    public string? DiskType { get; init; }

    /// <summary>Empty removes them: the platform chooses.</summary>
    public IReadOnlyList<string>? Zones { get; init; }

    public bool? Spot { get; init; }

    public IReadOnlyList<NodePoolAccelerator>? Accelerators { get; init; }

    /// <summary>A value of null removes the label.</summary>
    public IReadOnlyDictionary<string, string?>? Labels { get; init; }

    public IReadOnlyList<NodeTaint>? Taints { get; init; }

    public string? UserData { get; init; }

    public string? NodeProvider { get; init; }

    /// <summary>For a NodeSmithPool; an empty list removes them.</summary>
    public IReadOnlyList<NodePoolShape>? Shapes { get; init; }

    /// <summary>For a NodeSmithPool; an empty list removes them.</summary>
    public IReadOnlyList<NodeTaint>? StartupTaints { get; init; }

    /// <summary>Of a NodeSmithPool: pools with a higher priority get machines first.</summary>
    public int? Priority { get; init; }

    /// <summary>Of a NodeSmithPool: the currency of its prices.</summary>
    public string? Currency { get; init; }

    /// <summary>Of a NodeSmithPool: cores of all nodes; 0 for no limit.</summary>
    public long? CpuLimit { get; init; }

    /// <summary>Of a NodeSmithPool: bytes of all nodes; 0 for no limit.</summary>
    public long? MemoryLimit { get; init; }

    public int? NodeCount { get; init; }

    public PoolScaling Scaling { get; init; } = new();

    /// <summary>For a NodeSmithPool.</summary>
    public PoolScaleDown ScaleDown { get; init; } = new();

    public PoolExtensions Extensions { get; init; } = new();

    /// <summary>Merged last; null for none.</summary>
    public JsonObject? Patch { get; init; }
}

/// <summary>Changes of a pool's autoscaling; null fields stay.</summary>
public sealed record PoolScaling
{
    public bool? Enabled { get; init; }

    public int? MinNodes { get; init; }

    public int? MaxNodes { get; init; }

    public int? TargetCpuUtilization { get; init; }

    public int? TargetMemoryUtilization { get; init; }

    public TimeSpan? ScaleDownDelay { get; init; }

    public TimeSpan? ScaleUpDelay { get; init; }
}

/// <summary>Changes of which nodes of a NodeSmithPool are removed and replaced; null fields stay.</summary>
public sealed record PoolScaleDown
{
    /// <summary><c>Disabled</c>, <c>SingleNode</c> or <c>MultiNode</c>.</summary>
    public string? Consolidation { get; init; }

    public bool? ReplaceByCost { get; init; }

    public bool? ReplaceDrifted { get; init; }

    /// <summary>Zero removes the age.</summary>
    public TimeSpan? ExpireAfter { get; init; }

    /// <summary>An empty list removes them.</summary>
    public IReadOnlyList<NodePoolBudget>? Budgets { get; init; }
}

/// <summary>Changes of the extensions of a pool's specification; null fields stay.</summary>
public sealed record PoolExtensions
{
    public string? Release { get; init; }

    public TimeSpan? DrainTimeout { get; init; }

    public string? MaxSurge { get; init; }

    public string? MaxUnavailable { get; init; }
}
