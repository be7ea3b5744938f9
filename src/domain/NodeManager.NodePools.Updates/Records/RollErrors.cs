namespace NodeManager.NodePools.Updates.Records;

/// <summary>The messages for users about updates that cannot continue.</summary>
internal static class RollErrors
{
    public static NodeManagerException NotFound(string pool, IReadOnlyList<string> namespaces, string cluster) =>
        new(
            ErrorIds.PoolUpdateNotFound,
            ErrorKind.ObjectNotFound,
            $"Node pool '{pool}' of cluster '{cluster}' has no update in {(namespaces.Count == 1 ? "namespace" : "the namespaces")} {string.Join(" and ", namespaces)}.",
            pool,
            "List the updates with Get-NodePoolUpdate; start one with Update-NodePool."
        );

    public static NodeManagerException PoolNotFound(string pool, string ns, string cluster, Exception? cause = null) =>
        new(
            ErrorIds.NodePoolNotFound,
            ErrorKind.ObjectNotFound,
            $"NodeSmithPool {ns}/{pool} does not exist in cluster '{cluster}'.",
            pool,
            "Get-NodePool -Provider Cluster lists the pools; -Namespace selects another namespace.",
            cause
        );

    /// <summary>Another process holds the update, in place of what is said of maintenance runs.</summary>
    public static NodeManagerException Of(NodeManagerException failure, string pool) =>
        failure.ErrorId switch
        {
            ErrorIds.MaintenanceConflict => new(
                ErrorIds.PoolUpdateConflict,
                ErrorKind.ResourceBusy,
                $"Another process works on the update of pool '{pool}'. Nothing was changed.",
                pool,
                "Get-NodePoolUpdate shows the holder. Suspend-NodePoolUpdate, Set-NodePoolUpdate and Stop-NodePoolUpdate reach it from here.",
                failure
            ),
            ErrorIds.MaintenanceTakenOver => new(
                ErrorIds.PoolUpdateTakenOver,
                ErrorKind.OperationStopped,
                $"Another process took over the update of pool '{pool}'; this one stopped.",
                pool,
                "Check its progress with Get-NodePoolUpdate.",
                failure
            ),
            ErrorIds.MaintenanceLeaseNotRenewed => new(
                ErrorIds.PoolUpdateTakenOver,
                ErrorKind.OperationStopped,
                $"The update of pool '{pool}' stopped here: its lease could not be renewed.",
                pool,
                "Restore the credentials or the permission to patch its Lease, then use Resume-NodePoolUpdate.",
                failure
            ),
            ErrorIds.MaintenanceInvalid => new(
                ErrorIds.PoolUpdateInvalid,
                failure.Kind,
                failure.Message,
                pool,
                failure.RecommendedAction,
                failure
            ),
            _ => failure,
        };
}
