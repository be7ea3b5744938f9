using NodeManager.Core.Nodes.Editing;
using NodeManager.Maintenance;

namespace NodeManager.Commands;

/// <summary>Cordons nodes.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "NodeScheduling", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(ClusterNode))]
public sealed class SuspendNodeSchedulingCommand : NodeChangeCmdlet
{
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool Emit => PassThru;

    private protected override NodeEdit MakeEdit() =>
        new(
            "Suspend scheduling (cordon)",
            async (node, dryRun, token) =>
            {
                ClusterNode cordoned = await NodeEditor.SetUnschedulableAsync(node.Session, node.Target, true, dryRun, token);
                await WarnOfRunAsync(node.Session, cordoned, token);
                return cordoned;
            }
        );

    // The node is already cordoned, so an error would report a change that was made as failed.
    private async Task WarnOfRunAsync(NodeManagerSession session, ClusterNode cordoned, CancellationToken token)
    {
        try
        {
            if (await MaintenanceHolds.FindAsync(session, cordoned, token) is { } hold)
                WarnOnce($"{hold} The run uncordons it at its end.");
        }
        catch (NodeManagerException unread)
        {
            WarnOnce($"A maintenance run claims {cordoned.Name}. Cannot read whether it is in progress: {unread.Message}");
        }
    }
}
