namespace NodeManager.Controllers.Leasing;

/// <summary>Which Lease, for whom, and how it is kept.</summary>
public sealed record LeaderLeaseOptions
{
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    /// <summary>Who holds it. No two processes have the same, and no process has the same twice.</summary>
    public required string Identity { get; init; }

    /// <summary>How long after a renewal no other client takes it. It is renewed five times within that.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Of the Lease that is created where there is none.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Annotations that are removed when it is acquired: what was meant for the former holder.</summary>
    public IReadOnlyCollection<string> StaleAnnotations { get; init; } = [];
}
