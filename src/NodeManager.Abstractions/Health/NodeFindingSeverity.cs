namespace NodeManager;

/// <summary>How bad a finding or an alert is.</summary>
public static class NodeFindingSeverity
{
    /// <summary>The node does not run its pods, or soon will not.</summary>
    public const string Critical = "Critical";

    /// <summary>The node runs its pods, but something on it needs attention.</summary>
    public const string Warning = "Warning";

    /// <summary>Worth knowing; nothing is broken.</summary>
    public const string Information = "Information";

    /// <summary>All of them, the worst first.</summary>
    public static ItemList<string> All { get; } = new([Critical, Warning, Information]);
}
