using System.Collections;
using NodeManager.Core.Nodes.Editing;

namespace NodeManager.Commands;

[Cmdlet(VerbsCommon.Set, "NodeLabel", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(ClusterNode))]
public sealed class SetNodeLabelCommand : NodeSetterCmdlet
{
    /// <summary><c>@{ key = 'value' }</c>, or one label as text, <c>key=value</c>.</summary>
    [Parameter(Position = 1, ParameterSetName = ByName)]
    [Parameter(Position = 0, ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(LabelSelectorCompleter))]
    [Entries]
    [ValidateNotNullOrEmpty]
    public IDictionary? Label { get; set; }

    [Parameter(ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(LabelKeyCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Key { get; set; }

    [Parameter(ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Value { get; set; }

    [Parameter]
    public SwitchParameter Overwrite { get; set; }

    private protected override string ChangeParameter => nameof(Label);

    private protected override NodeEdit MakeEdit()
    {
        Dictionary<string, string> entries = TextMap.From(
            Label,
            Key,
            Value,
            nameof(Label),
            ErrorIds.InvalidLabelKey,
            ErrorIds.InvalidLabelValue
        );
        bool overwrite = Overwrite;
        return new(
            $"Set label {TextMap.Describe(entries)}",
            async (node, dryRun, token) =>
                await NodeEditor.SetLabelsAsync(node.Session, node.Target, entries, overwrite, dryRun, token, node.Known)
        );
    }
}
