using System.Collections;
using System.Management.Automation;
using NodeManager.Core.Nodes;
using NodeManager.Parameters;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Sets labels of nodes.</summary>
[Cmdlet(VerbsCommon.Set, "NodeLabel", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(ClusterNode))]
public sealed class SetNodeLabelCommand : NodeSetterCmdlet
{
    private Dictionary<string, string> _entries = [];

    /// <summary>To set: <c>@{ key = 'value' }</c>.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public IDictionary? Label { get; set; }

    /// <summary>Allow changing a value that is there.</summary>
    [Parameter]
    public SwitchParameter Overwrite { get; set; }

    private protected override string Action => $"Set label {TextMap.Describe(_entries)}";

    private protected override void Begin() => _entries = TextMap.From(Label!, ErrorIds.InvalidLabelValue);

    private protected override async Task<ClusterNode?> ChangeAsync(NodeReference node, CancellationToken cancellationToken) =>
        await NodeEditor.SetLabelsAsync(node.Session, node.Target, _entries, Overwrite, dryRun: false, cancellationToken, node.Known);
}
