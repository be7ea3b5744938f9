namespace NodeManager.Sandbox.Seeding;

/// <summary>A workload of the demo cluster.</summary>
/// <param name="Name">Also the label <c>app.kubernetes.io/name</c>.</param>
/// <param name="Millicores">Request per pod.</param>
/// <param name="Mebibytes">Request per pod.</param>
internal sealed record Workload(string Namespace, string Name, int Replicas, string Image, int Millicores, int Mebibytes)
{
    public SeedPool Pool { get; init; } = SeedPool.General;

    public int Gpus { get; init; }

    /// <summary>The limit of its PDB; null for none.</summary>
    public string? MinAvailable { get; init; }

    /// <summary>The limit of its PDB; null for none.</summary>
    public string? MaxUnavailable { get; init; }

    /// <summary>The size of each pod's volume; null for none.</summary>
    public string? VolumeSize { get; init; }

    public bool HasEmptyDir { get; init; }

    public bool IsOnHostNetwork { get; init; }

    public string? PriorityClass { get; init; }

    public int Priority =>
        PriorityClass switch
        {
            "system-node-critical" => 2_000_001_000,
            "system-cluster-critical" => 2_000_000_000,
            _ => 0,
        };

    public bool HasBudget => (MinAvailable ?? MaxUnavailable) is not null;

    public decimal Cpu => Millicores / 1000m;

    /// <summary>Bytes.</summary>
    public decimal Memory => Mebibytes * 1024m * 1024m;

    /// <param name="minimum">Days.</param>
    /// <param name="span">Days.</param>
    public TimeSpan Age(int minimum, int span, int seed) =>
        TimeSpan.FromDays(minimum) + TimeSpan.FromSeconds(StableHash.Of(Namespace + Name, seed) % (span * 86_400));
}
