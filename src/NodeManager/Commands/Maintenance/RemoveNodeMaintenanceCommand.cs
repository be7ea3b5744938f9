using NodeManager.Maintenance;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Deletes inactive maintenance runs with their claims on nodes.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "NodeMaintenance",
    DefaultParameterSetName = ByObject,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High
)]
public sealed class RemoveNodeMaintenanceCommand : MaintenanceRunCmdlet, IClusterChange
{
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>Uncordon the nodes that the run left cordoned.</summary>
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
