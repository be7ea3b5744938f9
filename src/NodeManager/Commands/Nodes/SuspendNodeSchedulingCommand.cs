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
                if (await MaintenanceHolds.FindAsync(node.Session, cordoned, token) is { } hold)
                    WarnOnce($"{hold} The run uncordons it at its end.");
                return cordoned;
            }
        );
}
