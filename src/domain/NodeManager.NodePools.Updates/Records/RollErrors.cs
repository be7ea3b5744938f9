using NodeManager.Runs;

namespace NodeManager.NodePools.Updates.Records;

/// <summary>The error messages of updates that cannot continue.</summary>
internal sealed class RollErrors(string pool) : RunErrors
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

    public override string Title(string run) => $"the update of pool '{pool}'";

    public override NodeManagerException Conflict(string run, string holder, TimeSpan lease) =>
        new(
            ErrorIds.PoolUpdateConflict,
            ErrorKind.ResourceBusy,
            $"Another process ({holder}) works on the update of pool '{pool}'. Nothing was changed.",
            pool,
            "Get-NodePoolUpdate shows the holder. Suspend-NodePoolUpdate, Set-NodePoolUpdate and Stop-NodePoolUpdate reach it from here."
        );

    public override NodeManagerException TakenOver(string run, string holder) =>
        new(
            ErrorIds.PoolUpdateTakenOver,
            ErrorKind.OperationStopped,
            $"Another process took over the update of pool '{pool}'; this one stopped.",
            pool,
            "Check its progress with Get-NodePoolUpdate."
        );

    public override NodeManagerException NotRenewed(string run, NodeManagerException cause) =>
        new(
            ErrorIds.PoolUpdateTakenOver,
            ErrorKind.OperationStopped,
            $"The update of pool '{pool}' stopped here: its Lease could not be renewed. {cause.Message}",
            pool,
            "Restore the credentials or the permission to patch its Lease, then use Resume-NodePoolUpdate.",
            cause
        );

    public override NodeManagerException Stopped(string run, string by) =>
        new(
            ErrorIds.PoolUpdateTakenOver,
            ErrorKind.OperationStopped,
            $"The update of pool '{pool}' was stopped here by {by}.",
            pool,
            "Continue it with Resume-NodePoolUpdate."
        );

    public override NodeManagerException NoNamespace(string ns, string cluster) =>
        new(ErrorIds.PoolUpdateInvalid, ErrorKind.InvalidArgument, MissingNamespace(ns, cluster), pool, NamespaceAdvice);
}
