using System.Management.Automation;
using NodeManager.Completion;
using NodeManager.Core.Nodes;
using NodeManager.Parameters;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Removes taints of nodes, by key and effect, or by key alone all of its effects; those that are not there are no error.</summary>
[Cmdlet(VerbsCommon.Remove, "NodeTaint", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(ClusterNode))]
public sealed class RemoveNodeTaintCommand : NodeSetterCmdlet
{
    private IReadOnlyList<(string Key, string? Effect)> _taints = [];

    /// <summary>As kubectl writes them: <c>key:Effect</c> or <c>key=value:Effect</c> (the value does not matter), or <c>key</c>.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string[] Taint { get; set; } = [];

    /// <summary>Keys, instead of -Taint.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TaintKeyCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Key { get; set; } = [];

    /// <summary>Only this effect of the keys.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TaintEffectCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Effect { get; set; }

    private protected override string Action =>
        $"Remove taint {string.Join(", ", _taints.Select(t => t.Effect is null ? t.Key : $"{t.Key}:{t.Effect}"))}";

    private protected override void Begin()
    {
        if (Taint.Length == 0 && Key.Length == 0)
        {
            throw new NodeManagerException(
                ErrorIds.InvalidTaint, ErrorKind.InvalidArgument, "Which taint?", null, "Give -Key (and -Effect), or -Taint 'key:Effect'.");
        }

        _taints = [.. Taint.Select(TaintText.ParseIdentity), .. Key.Select(k => (k, Effect))];
    }

    private protected override async Task<ClusterNode?> ChangeAsync(NodeReference node, CancellationToken cancellationToken) =>
        await NodeEditor.RemoveTaintsAsync(node.Session, node.Target, _taints, dryRun: false, cancellationToken);
}
