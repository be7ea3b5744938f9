namespace NodeManager;

/// <summary>The options that a drain was planned with. A drain of the plan uses them where its own parameters do not say otherwise.</summary>
public sealed class NodeDrainPlanOptions
{
    public bool DeleteUnmanagedPod { get; init; }

    public bool DeleteEmptyDirData { get; init; }

    public bool DisableEviction { get; init; }

    public bool Surge { get; init; }

    /// <summary>The label selector of the pods; empty for all pods.</summary>
    public string PodSelector { get; init; } = "";

    /// <summary>The grace period of pods; null for their own.</summary>
    public TimeSpan? GracePeriod { get; init; }
}
