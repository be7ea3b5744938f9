using NodeManager.NodePools.Operations;

namespace NodeManager.Commands;

[Cmdlet(VerbsLifecycle.Wait, "NodePool", DefaultParameterSetName = ByName)]
[OutputType(typeof(NodePool))]
public sealed class WaitNodePoolCommand : PoolTargetCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject)]
    [ArgumentCompleter(typeof(NodePoolNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public override string[] Name { get; set; } = [];

    /// <summary>A phase, a health, <c>Deleted</c>, or <c>TYPE=STATUS</c> of a condition.</summary>
    [Parameter(Position = 1, ParameterSetName = ByName)]
    [Parameter(Position = 1, ParameterSetName = ById)]
    [Parameter(Position = 0, ParameterSetName = ByObject)]
    [ArgumentCompleter(typeof(PoolValueCompleter))]
    [ValidateNotNullOrEmpty]
    public string For { get; set; } = NodePoolPhase.Ready;

    /// <summary>Per pool; by default, no limit.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override int WorkLimit => IsBound(nameof(ThrottleLimit)) ? ThrottleLimit : 64;

    private protected override void Begin()
    {
        PositionalChange.Move(this, Name, nameof(For));
        DurationAttribute.RequireNotNegative(nameof(Timeout), Timeout);
    }

    private protected override void Process(PoolReference pool) =>
        Sessions.StartIn(
            pool.Session,
            pool.Target.Text,
            async worker =>
            {
                NodePool? reached = await PoolWaiter.WaitAsync(pool.Context, pool.Target, For, Timeout, worker, worker.Token);
                if (!PassThru || reached is null)
                    return;
                var output = PSObject.AsPSObject(reached);
                output.TypeNames.Insert(0, typeof(NodePool).FullName + "#Status");
                worker.Output(output);
            }
        );
}
