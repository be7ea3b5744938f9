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

    /// <summary>The options that are set, as parameters: <c>-DeleteEmptyDirData -GracePeriod 30s</c>. Empty if none is.</summary>
    public override string ToString() =>
        string.Join(
            ' ',
            new[]
            {
                DeleteUnmanagedPod ? "-DeleteUnmanagedPod" : null,
                DeleteEmptyDirData ? "-DeleteEmptyDirData" : null,
                DisableEviction ? "-DisableEviction" : null,
                Surge ? "-Surge" : null,
                PodSelector.Length > 0 ? $"-PodSelector '{PodSelector}'" : null,
                GracePeriod is { } grace ? $"-GracePeriod {HumanDuration.Format(grace)}" : null,
            }.OfType<string>()
        );
}
