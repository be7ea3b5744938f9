using System.Management.Automation;
using NodeManager.Completion;
using NodeManager.Core.Nodes;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Removes annotations of nodes; those that are not there are no error.</summary>
[Cmdlet(VerbsCommon.Remove, "NodeAnnotation", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(ClusterNode))]
public sealed class RemoveNodeAnnotationCommand : NodeSetterCmdlet
{
    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(AnnotationKeyCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Key { get; set; } = [];

    private protected override string Action => $"Remove annotation {string.Join(", ", Key)}";

    private protected override async Task<ClusterNode?> ChangeAsync(NodeReference node, CancellationToken cancellationToken) =>
        await NodeEditor.RemoveAnnotationsAsync(node.Session, node.Target, Key, dryRun: false, cancellationToken);
}
