using System.Management.Automation;
using NodeManager.Completion;
using NodeManager.Core.Nodes;
using NodeManager.Parameters;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Sets taints of nodes; each is known by its key and effect.</summary>
[Cmdlet(VerbsCommon.Set, "NodeTaint", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(ClusterNode))]
public sealed class SetNodeTaintCommand : NodeSetterCmdlet
{
    private IReadOnlyList<NodeTaint> _taints = [];

    /// <summary>As kubectl writes them: <c>key=value:Effect</c>, <c>key:Effect</c>.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string[] Taint { get; set; } = [];

    /// <summary>Of one taint, with -Effect, instead of -Taint.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TaintKeyCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Key { get; set; }

    [Parameter]
    [AllowEmptyString]
    public string Value { get; set; } = "";

    /// <summary><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TaintEffectCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Effect { get; set; }

    /// <summary>Allow changing the value of a taint that is there.</summary>
    [Parameter]
    public SwitchParameter Overwrite { get; set; }

    private protected override string Action => $"Set taint {string.Join(", ", _taints)}";

    private protected override void Begin()
    {
        if (Key is null != Effect is null || (Key is null && Taint.Length == 0))
        {
            throw new NodeManagerException(
                ErrorIds.InvalidTaint, ErrorKind.InvalidArgument, "A taint needs a key and an effect.", Key ?? Effect,
                "Give -Key and -Effect (and -Value), or -Taint 'key=value:Effect'.");
        }

        IEnumerable<NodeTaint> taints = Taint.Select(TaintText.Parse);
        _taints = [.. Key is null ? taints : taints.Append(new() { Key = Key, Value = Value, Effect = Effect! })];
    }

    private protected override async Task<ClusterNode?> ChangeAsync(NodeReference node, CancellationToken cancellationToken) =>
        await NodeEditor.SetTaintsAsync(node.Session, node.Target, _taints, Overwrite, dryRun: false, cancellationToken);
}
