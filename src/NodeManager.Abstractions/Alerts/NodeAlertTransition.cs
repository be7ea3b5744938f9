namespace NodeManager;

/// <summary>The transitions of an alert.</summary>
public static class NodeAlertTransition
{
    /// <summary>It began.</summary>
    public const string Raised = "Raised";

    /// <summary>Nodes joined or left it, it became worse, its cause began to come and go, or a silence began or ended.</summary>
    public const string Updated = "Updated";

    /// <summary>It ended.</summary>
    public const string Resolved = "Resolved";
}
