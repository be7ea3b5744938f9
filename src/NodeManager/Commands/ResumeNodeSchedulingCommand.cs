using System.Management.Automation;
using NodeManager.Core.Nodes;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Uncordons nodes, and clears what a drain noted on them.</summary>
[Cmdlet(VerbsLifecycle.Resume, "NodeScheduling", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(ClusterNode))]
public sealed class ResumeNodeSchedulingCommand : NodeSetterCmdlet
{
    private protected override NodeEdit MakeEdit() => new("Resume scheduling (uncordon)", async (node, dryRun, token) =>
        await NodeEditor.SetUnschedulableAsync(node.Session, node.Target, unschedulable: false, dryRun, token));
}
