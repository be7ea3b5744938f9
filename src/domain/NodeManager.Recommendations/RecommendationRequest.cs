namespace NodeManager.Recommendations;

/// <summary>What to recommend for.</summary>
public sealed record RecommendationRequest
{
    /// <summary>Only nodes with these labels (a label selector); null: all but those of the control plane.</summary>
    public string? Selector { get; init; }

    /// <summary>Options of the configuration with values of this request's own, by their names.</summary>
    public IReadOnlyDictionary<string, object?> Options { get; init; } = new Dictionary<string, object?>();

    /// <summary>A removal may evict pods with emptyDir volumes.</summary>
    public bool DeleteEmptyDirData { get; init; }

    /// <summary>A removal may evict pods that no controller recreates.</summary>
    public bool DeleteUnmanagedPods { get; init; }
}
