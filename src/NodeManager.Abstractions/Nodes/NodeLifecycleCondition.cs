namespace NodeManager;

/// <summary>
/// Conditions of a node that report operations on it to people and other controllers. Kubernetes itself does not act on them. Source: the
/// Kubernetes reference, Node lifecycle conditions (alpha from 1.37 on).
/// </summary>
public static class NodeLifecycleCondition
{
    public const string MaintenancePlanned = "MaintenancePlanned";

    public const string DrainInProgress = "DrainInProgress";

    public const string Drained = "Drained";

    public const string MaintenanceInProgress = "MaintenanceInProgress";

    /// <summary>Set by the kubelet, not by us.</summary>
    public const string GracefulNodeShutdownInProgress = "GracefulNodeShutdownInProgress";

    /// <summary>All of them.</summary>
    public static ItemList<string> All { get; } =
        new([MaintenancePlanned, DrainInProgress, Drained, MaintenanceInProgress, GracefulNodeShutdownInProgress]);
}
