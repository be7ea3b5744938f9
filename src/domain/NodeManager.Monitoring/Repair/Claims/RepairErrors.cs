using NodeManager.Runs;

namespace NodeManager.Monitoring.Repair.Claims;

/// <summary>
/// The errors of repairs that lose their Lease. They have the ids of maintenance runs, which claim nodes in the same way.
/// </summary>
internal sealed class RepairErrors : RunErrors
{
    private const string Advice = "The nodes that it has cordoned stay so: run Repair-ClusterNode again, or Resume-NodeScheduling.";

    public static RepairErrors Instance { get; } = new();

    public override string Title(string run) => $"repair {run}";

    public override NodeManagerException Conflict(string run, string holder, TimeSpan lease) =>
        new(
            ErrorIds.MaintenanceConflict,
            ErrorKind.ResourceBusy,
            $"Repair {run} is in progress; holder: {holder}. Nothing was changed.",
            run,
            $"Wait until it ends. If its process has died, its nodes are free {lease.TotalSeconds:0} s after the last renewal of its Lease."
        );

    public override NodeManagerException TakenOver(string run, string holder) =>
        new(
            ErrorIds.MaintenanceTakenOver,
            ErrorKind.OperationStopped,
            $"Another process {(holder.Length > 0 ? $"({holder}) " : "")}took over the Lease of repair {run}; this process stopped.",
            run,
            Advice
        );

    public override NodeManagerException NotRenewed(string run, NodeManagerException cause) =>
        new(
            ErrorIds.MaintenanceLeaseNotRenewed,
            ErrorKind.OperationStopped,
            $"Repair {run} stopped: its Lease could not be renewed. {cause.Message}",
            run,
            $"Restore the credentials or the permission to patch Lease {RunLayout.NameOf(run)}. {Advice}",
            cause
        );

    public override NodeManagerException Stopped(string run, string by) =>
        new(ErrorIds.MaintenanceStopped, ErrorKind.OperationStopped, $"Repair {run} was stopped by {by}.", run, Advice);

    public override NodeManagerException NoNamespace(string ns, string cluster) =>
        new(ErrorIds.MaintenanceInvalid, ErrorKind.InvalidArgument, MissingNamespace(ns, cluster), ns, NamespaceAdvice);
}
