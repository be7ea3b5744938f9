namespace NodeManager.Recommendations;

public sealed record RecommendationRequest
{
    /// <summary>Only nodes with these labels (a label selector); null: all but the control plane.</summary>
    public string? Selector { get; init; }

    /// <summary>Configuration options that this request overrides, by name.</summary>
    public IReadOnlyDictionary<string, object?> Options { get; init; } = new Dictionary<string, object?>();

    /// <summary>A removal may evict pods with emptyDir volumes.</summary>
    public bool DeleteEmptyDirData { get; init; }

    /// <summary>A removal may evict pods that no controller recreates.</summary>
    public bool DeleteUnmanagedPods { get; init; }
}
