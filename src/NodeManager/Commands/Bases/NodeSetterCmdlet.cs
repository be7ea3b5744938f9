namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that sets or removes labels, annotations or taints.</summary>
public abstract class NodeSetterCmdlet : NodeChangeCmdlet
{
    /// <summary>Names; wildcards match nodes. With pipeline input, the first positional argument is the change.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject)]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    [NodeNames(TakesHashtables = false)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public sealed override string[] Name { get; set; } = [];

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected abstract string ChangeParameter { get; }

    private protected sealed override bool Emit => PassThru;

    private protected sealed override void Begin() => PositionalChange.Move(this, Name, ChangeParameter);
}
