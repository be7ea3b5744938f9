using NodeManager.Core.Nodes.Editing;

namespace NodeManager.Commands;

/// <summary>Sets taints of nodes; key and effect identify a taint.</summary>
[Cmdlet(VerbsCommon.Set, "NodeTaint", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(ClusterNode))]
public sealed class SetNodeTaintCommand : NodeSetterCmdlet
{
    /// <summary>kubectl syntax: <c>key=value:Effect</c>, <c>key:Effect</c>.</summary>
    [Parameter(Position = 1, ParameterSetName = ByName)]
    [Parameter(Position = 0, ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TaintCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Taint { get; set; } = [];

    /// <summary>The key of one taint, with -Effect, instead of -Taint.</summary>
    [Parameter(ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TaintKeyCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Key { get; set; }

    [Parameter(ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string Value { get; set; } = "";

    /// <summary><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>.</summary>
    [Parameter(ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TaintEffectCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Effect { get; set; }

    [Parameter]
    public SwitchParameter Overwrite { get; set; }

    private protected override string ChangeParameter => nameof(Taint);

    private protected override NodeEdit MakeEdit()
    {
        if (Key is null != Effect is null || (Key is null && Taint.Length == 0))
        {
            throw new NodeManagerException(
                ErrorIds.InvalidTaint,
                ErrorKind.InvalidArgument,
                "A taint needs a key and an effect.",
                Key ?? Effect,
                "Use -Key and -Effect (and -Value), or -Taint 'key=value:Effect'."
            );
        }

        List<NodeTaint> taints = [.. Taint.Select(TaintText.Parse)];
        if (Key is not null)
            taints.Add(
                new()
                {
                    Key = Key,
                    Value = Value,
                    Effect = Effect!,
                }
            );
        bool overwrite = Overwrite;
        bool evicts = taints.Exists(t => t.Effect == "NoExecute");
        string consequence = evicts ? " (delete all pods that do not tolerate it, without respecting PodDisruptionBudgets)" : "";
        return new(
            $"Set taint {string.Join(", ", taints)}{consequence}",
            async (node, dryRun, token) =>
                await NodeEditor.SetTaintsAsync(node.Session, node.Target, taints, overwrite, dryRun, token, node.Known)
        )
        {
            HasHighImpact = evicts,
        };
    }
}
