namespace NodeManager;

/// <summary>The steps of a node's maintenance, in their order.</summary>
public static class NodeMaintenanceStepName
{
    /// <summary>The node is claimed for the run, by an annotation.</summary>
    public const string Claim = "Claim";

    /// <summary>It is cordoned and excluded from autoscalers.</summary>
    public const string Cordon = "Cordon";

    /// <summary>Its pods leave.</summary>
    public const string Drain = "Drain";

    /// <summary>The caller's script block.</summary>
    public const string Script = "Script";

    /// <summary>The command as root on the node.</summary>
    public const string Command = "Command";

    /// <summary>It reports a new boot, and Ready after it.</summary>
    public const string Reboot = "Reboot";

    /// <summary>It is Ready, and so are the pods of its DaemonSets.</summary>
    public const string Ready = "Ready";

    /// <summary>It takes pods again (unless it was cordoned before), autoscalers may have it, the claim is gone.</summary>
    public const string Resume = "Resume";
}
