namespace NodeManager;

/// <summary>The conditions that decide on a node pool's phase and health.</summary>
public static class NodePoolCondition
{
    /// <summary>All nodes of the pool are ready.</summary>
    public const string Ready = "Ready";

    /// <summary>The controller gave up; a user has to act.</summary>
    public const string Failed = "Failed";

    /// <summary>The pool works with less than it should have.</summary>
    public const string Degraded = "Degraded";
}
