using NodeManager.Monitoring.Repair.Decisions;

namespace NodeManager.Monitoring.Repair.Execution;

/// <summary>What a repair run knows of one of its nodes. Used on the watch's thread only.</summary>
internal sealed class RepairedNode(string name)
{
    public string Name => name;

    /// <summary>As it was last seen; null where it is gone.</summary>
    public NodeLook? Look { get; set; }

    public RepairVerdict? Verdict { get; set; }

    /// <summary>Its repair, while it runs or holds the node.</summary>
    public NodeRepair? Repair { get; set; }

    /// <summary>Its last repair ended without putting it back into service.</summary>
    public bool IsLeft { get; set; }

    /// <summary>Since when the finding that is repaired was seen.</summary>
    public DateTimeOffset? UnhealthySince { get; set; }

    public DateTimeOffset? HealthySince { get; set; }

    public DateTimeOffset? RepairedAt { get; set; }

    public DateTimeOffset? FailedUntil { get; set; }

    /// <summary>The run of another process that was seen to have it, and until when that is believed.</summary>
    public (string Run, DateTimeOffset Until) Held { get; set; } = ("", default);

    /// <summary>The last reported reason against its repair.</summary>
    public string Told { get; set; } = "";

    /// <summary>What was seen of it has changed, and the verdict has not.</summary>
    public bool IsChanged { get; set; } = true;

    /// <summary>A repair works on it, and is not only waiting.</summary>
    public bool IsInRepair => Repair is { IsHolding: false };
}
