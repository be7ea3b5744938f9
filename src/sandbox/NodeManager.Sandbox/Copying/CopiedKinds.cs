namespace NodeManager.Sandbox.Copying;

/// <summary>The kinds to copy: those that affect placement, disruption and recovery. No Secrets and ConfigMaps.</summary>
internal static class CopiedKinds
{
    /// <summary>Required for a copy.</summary>
    public static IReadOnlyList<ResourceKind> Required { get; } = [BuiltInKinds.Namespaces, BuiltInKinds.Nodes, BuiltInKinds.Pods];

    /// <summary>Optional: reported if they cannot be read.</summary>
    public static IReadOnlyList<ResourceKind> Optional { get; } =
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
