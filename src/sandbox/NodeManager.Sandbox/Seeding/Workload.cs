namespace NodeManager.Sandbox.Seeding;

/// <summary>Something that runs in the demo cluster.</summary>
/// <param name="Namespace">Where.</param>
/// <param name="Name">Also its label <c>app.kubernetes.io/name</c>.</param>
/// <param name="Replicas">How many pods.</param>
/// <param name="Image">With its tag.</param>
/// <param name="Millicores">Requested by each pod.</param>
/// <param name="Mebibytes">Requested by each pod.</param>
internal sealed record Workload(string Namespace, string Name, int Replicas, string Image, int Millicores, int Mebibytes)
{
    /// <summary>Where its pods are.</summary>
    public SeedPool Pool { get; init; } = SeedPool.General;

    public int Gpus { get; init; }

    /// <summary>Of its budget, if it has one.</summary>
    public string? MinAvailable { get; init; }

    /// <summary>Of its budget, if it has one.</summary>
    public string? MaxUnavailable { get; init; }

    /// <summary>The size of each pod's own volume; null without.</summary>
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

    public decimal Cpu => Millicores / 1000m;

    /// <summary>Bytes.</summary>
    public decimal Memory => Mebibytes * 1024m * 1024m;
}
