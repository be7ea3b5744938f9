using NodeManager.Core.Nodes.Editing;

namespace NodeManager.Commands;

/// <summary>Removes taints of nodes by key and effect, or all effects of a key; a missing one is not an error.</summary>
[Cmdlet(VerbsCommon.Remove, "NodeTaint", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(ClusterNode))]
public sealed class RemoveNodeTaintCommand : NodeSetterCmdlet
{
    /// <summary>kubectl syntax: <c>key:Effect</c>, <c>key=value:Effect</c> (the value is ignored), or <c>key</c>.</summary>
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
        List<(string Key, string? Effect)> taints = [.. Taint.Select(TaintText.ParseIdentity), .. Key.Select(k => (k, effect))];
        return new(
            $"Remove taint {string.Join(", ", taints.Select(t => t.Effect is null ? t.Key : $"{t.Key}:{t.Effect}"))}",
            async (node, dryRun, token) => await NodeEditor.RemoveTaintsAsync(node.Session, node.Target, taints, dryRun, token, node.Known)
        );
    }
}
