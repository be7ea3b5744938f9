using NodeManager.Runs;

namespace NodeManager.Maintenance.Records;

internal sealed class MaintenanceErrors : RunErrors
{
    public static MaintenanceErrors Instance { get; } = new();

    public override string Title(string run) => $"maintenance run {run}";

    public override NodeManagerException Conflict(string run, string holder, TimeSpan lease) =>
        Conflict(run, lease, run, $"Maintenance run {run} is in progress; holder: {holder}.");

    /// <summary>Another live run has claimed a node.</summary>
    public static NodeManagerException Claimed(string node, string run, string holder, TimeSpan lease) =>
        Conflict(
            run,
            lease,
            node,
            $"Node '{node}' is claimed by maintenance run {run}, in progress; holder: {holder}. Nothing was changed."
        );

    public override NodeManagerException TakenOver(string run, string holder) =>
        new(
            ErrorIds.MaintenanceTakenOver,
            ErrorKind.OperationStopped,
            holder.Length > 0
                ? $"Maintenance run {run} was taken over by {holder}; this process stopped working on it."
                : $"Another process took over the Lease of maintenance run {run}; this process stopped working on it.",
            run,
            $"Check its progress with Get-NodeMaintenance {run}."
        );

    public override NodeManagerException NotRenewed(string run, NodeManagerException cause) =>
        new(
            ErrorIds.MaintenanceLeaseNotRenewed,
            ErrorKind.OperationStopped,
            $"Maintenance run {run} stopped: its Lease could not be renewed. {cause.Message}",
            run,
            $"Restore the credentials or the permission to patch Lease {RunLayout.NameOf(run)}, then resume with Invoke-NodeMaintenance -ResumeId {run}.",
            cause
        );

    public override NodeManagerException Stopped(string run, string by) =>
        new(
            ErrorIds.MaintenanceStopped,
            ErrorKind.OperationStopped,
            $"Maintenance run {run} was stopped by {by}.",
            run,
            $"Resume it with Invoke-NodeMaintenance -ResumeId {run}."
        );

    public override NodeManagerException NoNamespace(string ns, string cluster) =>
        Invalid(MissingNamespace(ns, cluster), ns, NamespaceAdvice);

    public static NodeManagerException NotFound(string run, string ns, string cluster) =>
        new(
            ErrorIds.MaintenanceNotFound,
            ErrorKind.ObjectNotFound,
            $"Maintenance run '{run}' does not exist in namespace {ns} of cluster '{cluster}'.",
            run,
            "List the runs with Get-NodeMaintenance. To look in another namespace, use -Namespace."
        );

    public static NodeManagerException Invalid(string message, object? target, string advice) =>
        new(ErrorIds.MaintenanceInvalid, ErrorKind.InvalidArgument, message, target, advice);

    private static NodeManagerException Conflict(string run, TimeSpan lease, string target, string message) =>
        new(
            ErrorIds.MaintenanceConflict,
            ErrorKind.ResourceBusy,
            message,
            target,
            $"Wait until the run ends (Get-NodeMaintenance {run}), or stop it with Stop-NodeMaintenance {run} and resume with "
                + $"Invoke-NodeMaintenance -ResumeId {run}. If its process has died, the run can be resumed {lease.TotalSeconds:0} s after the last renewal of its Lease."
        );
}
