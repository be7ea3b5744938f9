namespace NodeManager.Controllers.Leasing;

public sealed record LeaderLeaseOptions
{
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    /// <summary>Unique per process and over time.</summary>
    public required string Identity { get; init; }

    /// <summary>How long after a renewal no other client acquires it. Renewed five times within this time.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Labels of a created Lease.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Annotations for the former holder, removed on acquisition.</summary>
    public IReadOnlyCollection<string> StaleAnnotations { get; init; } = [];
}
