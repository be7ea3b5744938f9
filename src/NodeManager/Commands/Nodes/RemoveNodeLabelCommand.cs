using NodeManager.Core.Nodes.Editing;

namespace NodeManager.Commands;

/// <summary>Removes labels of nodes; a missing one is not an error.</summary>
[Cmdlet(VerbsCommon.Remove, "NodeLabel", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(ClusterNode))]
public sealed class RemoveNodeLabelCommand : NodeSetterCmdlet
{
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ByName)]
    [Parameter(Position = 0, ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(LabelKeyCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Key { get; set; } = [];

    private protected override string ChangeParameter => nameof(Key);

    private protected override NodeEdit MakeEdit()
    {
        if (Key.Length == 0)
            throw new NodeManagerException(ErrorIds.InvalidLabelKey, ErrorKind.InvalidArgument, "No key is given.", null, "Use -Key.");
        string[] keys = Key;
        return new(
            $"Remove label {string.Join(", ", keys)}",
            async (node, dryRun, token) => await NodeEditor.RemoveLabelsAsync(node.Session, node.Target, keys, dryRun, token, node.Known)
        );
    }
}
