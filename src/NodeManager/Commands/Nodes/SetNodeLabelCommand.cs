using System.Collections;
using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Parameters;

namespace NodeManager.Commands;

/// <summary>Sets labels of nodes.</summary>
[Cmdlet(VerbsCommon.Set, "NodeLabel", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(ClusterNode))]
public sealed class SetNodeLabelCommand : NodeSetterCmdlet
{
    /// <summary>To set: <c>@{ key = 'value' }</c>, or one as text, <c>key=value</c>.</summary>
    [Parameter(Position = 1, ParameterSetName = ByName)]
    [Parameter(Position = 0, ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(LabelSelectorCompleter))]
    [Entries]
    [ValidateNotNullOrEmpty]
    public IDictionary? Label { get; set; }

    /// <summary>The key of one label, with -Value, instead of -Label or beside it.</summary>
    [Parameter(ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(LabelKeyCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Key { get; set; }

    /// <summary>The value of that label.</summary>
    [Parameter(ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Value { get; set; }

    /// <summary>Allow changing a value that is there.</summary>
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
