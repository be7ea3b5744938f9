namespace NodeManager.Core.Maintenance.State;

/// <summary>What users are told when a run cannot have what another has.</summary>
internal static class MaintenanceErrors
{
    public static NodeManagerException Conflict(string run, string holder, string? node, TimeSpan lease) => new(
        ErrorIds.MaintenanceConflict, ErrorKind.ResourceBusy,
        node is null
            ? $"Maintenance run {run} is in the hands of {holder}, who is at work."
            : $"Node '{node}' belongs to maintenance run {run} of {holder}, who is at work. Nothing was changed.",
        node ?? run,
        $"Wait until it ends (Get-NodeMaintenance {run}), or end it where it runs (Ctrl-C, Stop-Job) and take it over with "
        + $"Invoke-NodeMaintenance -ResumeId {run}. Should its process be dead, it can be taken over {lease.TotalSeconds:0} s after its last sign of life.");

    public static NodeManagerException TakenOver(string run, string holder) => new(
        ErrorIds.MaintenanceTakenOver, ErrorKind.OperationStopped,
        holder.Length > 0
            ? $"Maintenance run {run} was taken over by {holder}; nothing more is done here."
            : $"Somebody took the lease of maintenance run {run} away; nothing more is done here.",
        run, $"Get-NodeMaintenance {run} shows how far it is.");

    public static NodeManagerException NotRenewed(string run, NodeManagerException cause) => new(
        ErrorIds.MaintenanceLeaseNotRenewed, ErrorKind.OperationStopped,
        $"Maintenance run {run} stopped: its lease could not be renewed. {cause.Message}", run,
        $"Restore the credentials or the permission to patch Lease {RunLayout.NameOf(run)}, then resume with Invoke-NodeMaintenance -ResumeId {run}.", cause);

    public static NodeManagerException Stopped(string run, string by) => new(
        ErrorIds.MaintenanceStopped, ErrorKind.OperationStopped, $"Maintenance run {run} was stopped by {by}.", run,
        $"Resume it with Invoke-NodeMaintenance -ResumeId {run}.");

    public static NodeManagerException NotFound(string run, string ns, string cluster) => new(
        ErrorIds.MaintenanceNotFound, ErrorKind.ObjectNotFound, $"There is no maintenance run '{run}' in namespace '{ns}' of '{cluster}'.", run,
        "Get-NodeMaintenance shows which there are; -Namespace says where to look.");

    public static NodeManagerException Invalid(string message, object? target, string advice) =>
        new(ErrorIds.MaintenanceInvalid, ErrorKind.InvalidArgument, message, target, advice);
}
