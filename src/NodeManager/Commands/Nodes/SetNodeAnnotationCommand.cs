using System.Collections;
using NodeManager.Core.Nodes.Editing;

namespace NodeManager.Commands;

[Cmdlet(VerbsCommon.Set, "NodeAnnotation", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(ClusterNode))]
public sealed class SetNodeAnnotationCommand : NodeSetterCmdlet
{
    /// <summary><c>@{ key = 'value' }</c>, or one annotation as text, <c>key=value</c>.</summary>
    [Parameter(Position = 1, ParameterSetName = ByName)]
    [Parameter(Position = 0, ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AnnotationCompleter))]
    [Entries]
    [ValidateNotNullOrEmpty]
    public IDictionary? Annotation { get; set; }

    [Parameter(ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AnnotationKeyCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Key { get; set; }

    [Parameter(ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Value { get; set; }

    [Parameter]
    public SwitchParameter Overwrite { get; set; }

    private protected override string ChangeParameter => nameof(Annotation);

    private protected override NodeEdit MakeEdit()
    {
        Dictionary<string, string> entries = TextMap.From(
            Annotation,
            Key,
            Value,
            nameof(Annotation),
            ErrorIds.InvalidAnnotationKey,
            ErrorIds.InvalidAnnotationValue
        );
        bool overwrite = Overwrite;
        return new(
            $"Set annotation {TextMap.Describe(entries)}",
            async (node, dryRun, token) =>
                await NodeEditor.SetAnnotationsAsync(node.Session, node.Target, entries, overwrite, dryRun, token, node.Known)
        );
    }
}
