namespace NodeManager.NodePools.Operations;

/// <summary>The errors about pools that do not come from a provider.</summary>
public static class PoolErrors
{
    public static NodeManagerException NotFound(string name, string cluster, Exception? cause = null) =>
        new(
            ErrorIds.NodePoolNotFound,
            ErrorKind.ObjectNotFound,
            $"Node pool '{name}' was not found in cluster '{cluster}'.",
            name,
            "List the pools with Get-NodePool; -Provider Service and -Provider Cluster list different ones. Names are case-sensitive.",
            cause
        );

    public static NodeManagerException Ambiguous(string name, IReadOnlyList<PoolRecord> pools) =>
        new(
            ErrorIds.NodePoolAmbiguous,
            ErrorKind.InvalidArgument,
            $"{pools.Count} node pools are called '{name}': {string.Join(", ", pools.Select(static pool => pool.Id))}.",
            name,
            "Use -Id, or -Cluster to name the pool's cluster."
        );

    public static NodeManagerException Exists(PoolDraft draft, string cluster) =>
        new(
            ErrorIds.NodePoolExists,
            ErrorKind.ResourceExists,
            $"Node pool '{draft.Name}' already exists in cluster '{cluster}'.",
            draft.Name,
            "Use another name, or change the pool with Set-NodePool."
        );

    public static NodeManagerException Invalid(string name, IReadOnlyCollection<NodePoolFinding> errors) =>
        new(
            ErrorIds.NodePoolInvalid,
            ErrorKind.InvalidData,
            $"Node pool '{name}' is not valid: {string.Join("; ", errors.Select(static one => $"{one.Field} {one.Message}"))}.",
            name,
            "Correct the fields. Test-NodePool checks a specification without sending it."
        );

    public static NodeManagerException Unsupported(string name, IEnumerable<string> fields) =>
        new(
            ErrorIds.NodePoolFieldUnsupported,
            ErrorKind.InvalidArgument,
            $"Node pool '{name}' was not sent: the service did not return the fields {string.Join(", ", fields)} and might not support them.",
            name,
            "Leave these fields out."
        );

    public static NodeManagerException CannotRename(PoolRecord pool) =>
        new(
            ErrorIds.NodePoolFieldUnsupported,
            ErrorKind.InvalidArgument,
            $"NodeSmithPool {pool.Namespace}/{pool.Name} cannot be renamed: objects of a cluster keep their names.",
            pool.Name,
            $"Create a pool of the new name from it (Get-NodePool {pool.Name} | New-NodePool NEWNAME), move its pods, and remove this one."
        );

    public static NodeManagerException OtherCluster(string name, string clusterId, PoolCluster home, string cluster) =>
        new(
            ErrorIds.PoolClusterMismatch,
            ErrorKind.InvalidOperation,
            $"Node pool '{name}' belongs to cluster '{clusterId}' of the pool service; session '{cluster}' is connected to cluster '{(home.Name.Length > 0 ? home.Name : home.Id)}'.",
            name,
            "Connect to the pool's cluster, or correct Cluster of the pool service's configuration (Set-NodeManagerConfiguration -PoolService)."
        );

    public static NodeManagerException Changed(PoolRecord pool, long expected) =>
        new(
            ErrorIds.Conflict,
            ErrorKind.ResourceBusy,
            $"Node pool '{pool.Name}' was changed by another client: its generation is {pool.Generation}, the input has {expected}. It was not changed.",
            pool.Name,
            "Read the pool again with Get-NodePool and decide again, or pass its name to apply the change to whatever the pool is now."
        );

    public static NodeManagerException Overwritten(PoolRecord pool) =>
        new(
            ErrorIds.Conflict,
            ErrorKind.ResourceBusy,
            $"Node pool '{pool.Name}' was changed by another client immediately after this change; its generation is {pool.Generation} and the change is not in it.",
            pool.Name,
            "Read the pool with Get-NodePool, and run the command again if the change is still required."
        );

    public static NodeManagerException CreateUnknown(PoolDraft draft, NodeManagerException cause) =>
        new(
            ErrorIds.NodePoolCreateUnknown,
            ErrorKind.OperationTimeout,
            $"Node pool '{draft.Name}' may have been created: the answer was lost ({cause.Message}), and the service does not list the pool yet.",
            draft.Name,
            $"Run Get-NodePool {draft.Name}. Create the pool again only if it is still missing after a few minutes.",
            cause
        );

    public static NodeManagerException CreatedSeveral(PoolDraft draft, IReadOnlyList<PoolRecord> pools) =>
        new(
            ErrorIds.NodePoolAmbiguous,
            ErrorKind.InvalidOperation,
            $"The answer to the creation of node pool '{draft.Name}' was lost, and {pools.Count} pools match it: {string.Join(", ", pools.Select(static pool => pool.Id))}.",
            draft.Name,
            "Compare the pools with Get-NodePool -Id, and remove the one that you do not need."
        );
}
