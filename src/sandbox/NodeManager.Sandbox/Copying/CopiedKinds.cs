using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Resources;

namespace NodeManager.Sandbox.Copying;

/// <summary>What of a cluster is copied: what decides where pods run, whether they may go, and what comes back. No secrets, no config maps.</summary>
internal static class CopiedKinds
{
    /// <summary>Without these there is no copy.</summary>
    public static IReadOnlyList<ResourceKind> Needed { get; } = [BuiltInKinds.Namespaces, BuiltInKinds.Nodes, BuiltInKinds.Pods];

    /// <summary>Where one of these may not be read, the copy goes without it, and says so.</summary>
    public static IReadOnlyList<ResourceKind> Wanted { get; } =
    [
        BuiltInKinds.PriorityClasses,
        BuiltInKinds.StorageClasses,
        BuiltInKinds.PersistentVolumes,
        BuiltInKinds.PersistentVolumeClaims,
        BuiltInKinds.VolumeAttachments,
        BuiltInKinds.Services,
        BuiltInKinds.ServiceAccounts,
        BuiltInKinds.ReplicationControllers,
        BuiltInKinds.Deployments,
        BuiltInKinds.ReplicaSets,
        BuiltInKinds.StatefulSets,
        BuiltInKinds.DaemonSets,
        BuiltInKinds.ControllerRevisions,
        BuiltInKinds.Jobs,
        BuiltInKinds.PodDisruptionBudgets,
    ];
}
