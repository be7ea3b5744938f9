using NodeManager.Core.Nodes.Editing;

namespace NodeManager.Commands;

/// <summary>Deletes Node objects. Machines keep running; a kubelet registers its node again when it restarts.</summary>
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
    /// <summary>Also delete nodes with pods other than DaemonSets'; these pods are removed without their grace period.</summary>
    [Parameter]
    public SwitchParameter IncludePod { get; set; }

    private protected override NodeEdit MakeEdit()
    {
        bool includePods = IncludePod;
        return new(
            includePods ? "Delete the Node object, with the pods on it" : "Delete the Node object",
            async (node, dryRun, token) =>
            {
                // Pods may remain on a deleted node, and are not the reason to refuse it.
                if (dryRun)
                    await NodeEditor.ReadAsync(node.Session, node.Target, token);
                await NodeEditor.DeleteAsync(node.Session, node.Target, includePods, dryRun, token);
                return null;
            }
        );
    }
}
