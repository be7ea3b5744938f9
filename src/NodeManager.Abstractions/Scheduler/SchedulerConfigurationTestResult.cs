namespace NodeManager;

/// <summary>Whether a scheduler would start with a configuration, and every rule that the configuration breaks.</summary>
public sealed class SchedulerConfigurationTestResult : SchedulerObject
{
    /// <summary>True if there is no finding of severity <c>Error</c>. Warnings leave a configuration valid.</summary>
    public bool IsValid => ErrorCount == 0;

    public int ErrorCount => Findings.Count(static finding => finding.Severity == "Error");

    public int WarningCount => Findings.Count - ErrorCount;

    /// <summary>The file, or the ConfigMap and key.</summary>
    public required string File { get; init; }

    /// <summary>The Kubernetes release that the configuration was judged for: <c>1.36</c>.</summary>
    public required string KubernetesVersion { get; init; }

    /// <summary>In the order of the document.</summary>
    public ItemList<SchedulerConfigurationFinding> Findings { get; init; } = ItemList<SchedulerConfigurationFinding>.Empty;

    public override string ToString() => $"{File}: {(IsValid ? "valid" : "not valid")} for Kubernetes {KubernetesVersion}";
}
