using NodeManager.Monitoring.Repair.Decisions;

namespace NodeManager.Monitoring.Repair.Execution;

/// <summary>The state of a node in a repair run. Used on the watch's thread only.</summary>
internal sealed class RepairedNode(string name)
{
    public string Name => name;

    /// <summary>As last evaluated; null if it is gone.</summary>
    public NodeEvaluation? Evaluation { get; set; }

    public RepairVerdict? Verdict { get; set; }

    /// <summary>Its repair, while it runs or holds the node.</summary>
    public NodeRepair? Repair { get; set; }

    /// <summary>True if its last repair ended without uncordoning it.</summary>
    public bool IsLeft { get; set; }

    /// <summary>Since when the finding to repair was observed.</summary>
    public DateTimeOffset? UnhealthySince { get; set; }

    public DateTimeOffset? HealthySince { get; set; }

    public DateTimeOffset? RepairedAt { get; set; }

    public DateTimeOffset? FailedUntil { get; set; }

    /// <summary>The run of another process on the node, and how long that is assumed.</summary>
    public (string Run, DateTimeOffset Until) Held { get; set; } = ("", default);

    /// <summary>The last reported reason against its repair.</summary>
    public string ReportedReason { get; set; } = "";

    /// <summary>True if its state has changed since the last verdict.</summary>
    public bool IsChanged { get; set; } = true;

    /// <summary>True if a repair is working on it, not only waiting.</summary>
    public bool IsInRepair => Repair is { IsHolding: false };
}
