using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Core.Nodes.Editing;

namespace NodeManager.Commands;

/// <summary>Deletes Node objects. The machines stay as they are; a kubelet that still runs registers when it is restarted.</summary>
[Cmdlet(
    VerbsLifecycle.Unregister,
    "ClusterNode",
    DefaultParameterSetName = ByObject,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High
)]
[OutputType(typeof(void))]
public sealed class UnregisterClusterNodeCommand : NodeChangeCmdlet
{
    /// <summary>Also where pods other than DaemonSets' are on it; they are removed without their grace.</summary>
    [Parameter]
    public SwitchParameter IncludePod { get; set; }

    private protected override NodeEdit MakeEdit()
    {
        bool includePods = IncludePod;
        return new(
            includePods ? "Delete the Node object, with the pods on it" : "Delete the Node object",
            async (node, dryRun, token) =>
            {
                await NodeEditor.DeleteAsync(node.Session, node.Target, includePods, dryRun, token);
                return null;
            }
        );
    }
}
