using NodeManager.Core.Nodes.Editing;

namespace NodeManager.Commands;

/// <summary>Removes taints of nodes by key, effect and value; a missing one is not an error.</summary>
[Cmdlet(VerbsCommon.Remove, "NodeTaint", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(ClusterNode))]
public sealed class RemoveNodeTaintCommand : NodeSetterCmdlet
{
    /// <summary>kubectl syntax: <c>key</c>, <c>key:Effect</c>, or <c>key=value:Effect</c>, which keeps taints with another value.</summary>
    [Parameter(Position = 1, ParameterSetName = ByName)]
    [Parameter(Position = 0, ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TaintCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Taint { get; set; } = [];

    /// <summary>Keys with wildcards, instead of -Taint.</summary>
    [Parameter(ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TaintKeyCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Key { get; set; } = [];

    [Parameter(ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TaintEffectCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Effect { get; set; }

    private protected override string ChangeParameter => nameof(Taint);

    private protected override NodeEdit MakeEdit()
    {
        if (Taint.Length == 0 && Key.Length == 0)
        {
            throw new NodeManagerException(
                ErrorIds.InvalidTaint,
                ErrorKind.InvalidArgument,
                "No taint is given.",
                null,
                "Use -Key (and -Effect), or -Taint 'key:Effect'."
            );
        }

        string? effect = Effect;
        List<TaintMatch> taints = [.. Taint.Select(TaintText.ParseMatch), .. Key.Select(key => new TaintMatch(key, effect))];
        return new(
            $"Remove taint {string.Join(", ", taints)}",
            async (node, dryRun, token) => await NodeEditor.RemoveTaintsAsync(node.Session, node.Target, taints, dryRun, token, node.Known)
        );
    }
}
