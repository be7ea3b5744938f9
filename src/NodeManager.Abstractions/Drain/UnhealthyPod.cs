namespace NodeManager;

/// <summary>A pod that a PDB covers and does not count as healthy.</summary>
public sealed class UnhealthyPod
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>Its node; empty while it is pending.</summary>
    public string Node { get; init; } = "";

    /// <summary>Why it is not ready, in the words of the kubelet or the scheduler where they have any.</summary>
    public string Reason { get; init; } = "";

    /// <summary>True while it is starting or terminating; false when it will not become ready without a change.</summary>
    public bool Progressing { get; init; }

    /// <summary>For example <c>web-7d9f (CrashLoopBackOff)</c>.</summary>
    public override string ToString() => $"{Name} ({Reason})";
}
