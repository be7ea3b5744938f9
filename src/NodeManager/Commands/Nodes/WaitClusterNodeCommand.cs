using NodeManager.Core.Nodes.Reading;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

[Cmdlet(VerbsLifecycle.Wait, "ClusterNode", DefaultParameterSetName = ByName)]
[OutputType(typeof(ClusterNode))]
public sealed class WaitClusterNodeCommand : NodeCmdlet
{
    private int _asked;
    private int _done;

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject)]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    [NodeNames]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public override string[] Name { get; set; } = [];

    /// <summary>
    /// <c>Ready</c>, <c>NotReady</c>, <c>Deleted</c>, a lifecycle condition such as <c>Drained</c>, or <c>TYPE=STATUS</c> of a condition.
    /// </summary>
    [Parameter(Position = 1, ParameterSetName = ByName)]
    [Parameter(Position = 0, ParameterSetName = ByObject)]
    [ArgumentCompleter(typeof(WaitConditionCompleter))]
    [ValidateNotNullOrEmpty]
    public string For { get; set; } = "Ready";

    /// <summary>Per node; by default, no limit.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Begin()
    {
        PositionalChange.Move(this, Name, nameof(For));
        DurationAttribute.RequireNotNegative(nameof(Timeout), Timeout);
    }

    private protected override void Process(NodeReference node)
    {
        _asked++;
        Sessions.StartIn(
            node.Session,
            node.Name,
            async worker =>
            {
                Report(worker, _done);
                ClusterNode? reached = await NodeWaiter.WaitAsync(node.Session, node.Target, For, Timeout, worker.Token);
                Report(worker, Interlocked.Increment(ref _done));
                if (PassThru && reached is not null)
                    worker.Output(reached);
            }
        );
    }

    private void Report(Worker worker, int done) =>
        worker.Progress(new("wait", $"Waiting for nodes: {For}", $"{done} of {_asked} nodes", done * 100 / Math.Max(_asked, 1)));
}
