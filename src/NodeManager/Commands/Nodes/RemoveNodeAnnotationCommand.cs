using NodeManager.Core.Nodes.Editing;

namespace NodeManager.Commands;

/// <summary>Removes annotations of nodes; a missing one is not an error.</summary>
[Cmdlet(VerbsCommon.Remove, "NodeAnnotation", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(ClusterNode))]
public sealed class RemoveNodeAnnotationCommand : NodeSetterCmdlet
{
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ByName)]
    [Parameter(Position = 0, ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AnnotationKeyCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Key { get; set; } = [];

    private protected override string ChangeParameter => nameof(Key);

    private protected override NodeEdit MakeEdit()
    {
        if (Key.Length == 0)
            throw new NodeManagerException(ErrorIds.InvalidAnnotationKey, ErrorKind.InvalidArgument, "No key is given.", null, "Use -Key.");
        string[] keys = Key;
        return new(
            $"Remove annotation {string.Join(", ", keys)}",
            async (node, dryRun, token) =>
                await NodeEditor.RemoveAnnotationsAsync(node.Session, node.Target, keys, dryRun, token, node.Known)
        );
    }
}
