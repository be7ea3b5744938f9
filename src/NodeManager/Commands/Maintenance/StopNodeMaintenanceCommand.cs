using NodeManager.Maintenance;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Stops active maintenance runs in any process. They can be resumed.</summary>
[Cmdlet(VerbsLifecycle.Stop, "NodeMaintenance", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(NodeMaintenanceRun))]
public sealed class StopNodeMaintenanceCommand : MaintenanceRunCmdlet, IClusterChange
{
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string Action => "Stop";

    private protected override async Task WorkAsync(NodeManagerSession session, string id, string ns, Worker worker)
    {
        if (!await MaintenanceStopper.StopAsync(session, id, ns, worker.Token))
            worker.Warning($"Maintenance run {id} is not in progress; nothing was stopped.");
        if (PassThru)
            worker.Output((await MaintenanceReader.ReadAsync(session, [id], ns, 1, worker.Token))[0]);
    }
}
