using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Core.Pools.Running;
using NodeManager.Parameters;

namespace NodeManager.Commands;

/// <summary>Waits until node pools meet a condition.</summary>
[Cmdlet(VerbsLifecycle.Wait, "NodePool", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodePool))]
public sealed class WaitNodePoolCommand : PoolTargetCmdlet
{
    /// <summary>A phase, a health, <c>Deleted</c>, or a condition's <c>TYPE=STATUS</c>.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(PoolValueCompleter))]
    [ValidateNotNullOrEmpty]
    public string For { get; set; } = NodePoolPhase.Ready;

    /// <summary>For each pool; without it, without end.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Emit each pool as it then is.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override int WorkLimit => IsBound(nameof(ThrottleLimit)) ? ThrottleLimit : 64;

    private protected override void Begin() => DurationAttribute.RequireNotNegative(nameof(Timeout), Timeout);

    private protected override void Process(PoolReference pool) => Sessions.StartIn(pool.Session, pool.Target.Text, async worker =>
    {
        NodePool? reached = await PoolWaiter.WaitAsync(pool.Context, pool.Target, For, Timeout, worker, worker.Token);
        if (!PassThru || reached is null) return;
        var shown = PSObject.AsPSObject(reached);
        shown.TypeNames.Insert(0, typeof(NodePool).FullName + "#Status");
        worker.Output(shown);
    });
}
