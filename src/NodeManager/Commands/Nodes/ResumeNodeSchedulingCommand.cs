using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Maintenance;

namespace NodeManager.Commands;

/// <summary>Uncordons nodes and removes the annotations of a drain.</summary>
[Cmdlet(VerbsLifecycle.Resume, "NodeScheduling", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(ClusterNode))]
public sealed class ResumeNodeSchedulingCommand : NodeChangeCmdlet
{
    /// <summary>Also uncordon nodes of an active maintenance run, which then skips them.</summary>
    [Parameter]
    public SwitchParameter IgnoreMaintenance { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool Emit => PassThru;

    private protected override NodeEdit MakeEdit() =>
        new(
            "Resume scheduling (uncordon)",
            async (node, dryRun, token) =>
            {
                if (await MaintenanceHolds.FindAsync(node.Session, node.Name, token) is { } hold)
                {
                    if (!IgnoreMaintenance)
                        throw MaintenanceHolds.Refusal(hold);
                    WarnOnce($"{hold} It is taken from the run, which reports it as failed.");
                }

                // The holder may remove its lock before the node is emitted.
                void Warn(NodeLock held) =>
                    Pump.PostUnlessStopped(() =>
                        WriteWarning($"Node {node.Name} is in use by {held}. Uncordoning the node calls that operation off.")
                    );
                return await NodeEditor.SetUnschedulableAsync(node.Session, node.Target, unschedulable: false, dryRun, token, Warn);
            }
        );
}
