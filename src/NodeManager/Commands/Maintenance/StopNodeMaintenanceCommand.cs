using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Maintenance;
using NodeManager.Parameters;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Stops running maintenances, wherever their processes are. They can be resumed.</summary>
[Cmdlet(VerbsLifecycle.Stop, "NodeMaintenance", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(NodeMaintenanceRun))]
public sealed class StopNodeMaintenanceCommand : MaintenanceRunCmdlet, IClusterChange
{
    /// <summary>The name of the protected cluster that may be changed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>Emit each run as it is afterwards.</summary>
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
