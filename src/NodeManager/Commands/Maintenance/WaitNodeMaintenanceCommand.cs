using NodeManager.Maintenance;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Waits until maintenance runs end, in any process.</summary>
[Cmdlet(VerbsLifecycle.Wait, "NodeMaintenance", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodeMaintenanceRun))]
public sealed class WaitNodeMaintenanceCommand : MaintenanceRunCmdlet
{
    /// <summary>Per run; by default, no limit.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    private protected override void Begin() => DurationAttribute.RequireNotNegative(nameof(Timeout), Timeout);

    private protected override async Task WorkAsync(NodeManagerSession session, string id, string ns, Worker worker) =>
        worker.Output(await MaintenanceWaiter.WaitAsync(session, id, ns, Timeout, worker, worker.Token));
}
