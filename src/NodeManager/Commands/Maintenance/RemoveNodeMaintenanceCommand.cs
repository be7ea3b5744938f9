using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Maintenance;
using NodeManager.Parameters;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Removes maintenance runs that no process works on, with their claims on nodes.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "NodeMaintenance",
    DefaultParameterSetName = ByObject,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High
)]
public sealed class RemoveNodeMaintenanceCommand : MaintenanceRunCmdlet, IClusterChange
{
    /// <summary>The name of the protected cluster that may be changed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>Uncordon the nodes that the run has left cordoned.</summary>
    [Parameter]
    public SwitchParameter ResumeScheduling { get; set; }

    private protected override string Action =>
        ResumeScheduling ? "Remove the record and its claims, and uncordon its nodes" : "Remove the record and its claims on nodes";

    private protected override async Task WorkAsync(NodeManagerSession session, string id, string ns, Worker worker)
    {
        IReadOnlyList<string> cordoned = await MaintenanceRemover.RemoveAsync(session, id, ns, ResumeScheduling, worker.Token);
        if (cordoned.Count > 0)
            worker.Warning($"Left cordoned by run {id}: {string.Join(", ", cordoned)}. Check them, then use Resume-NodeScheduling.");
    }
}
