using NodeManager.Core.Operations;
using NodeManager.Maintenance;

namespace NodeManager.Jobs;

/// <summary>A drain as a job: its output is the nodes' results, as they end. Stopped, it leaves them cordoned, and their results are still the job's.</summary>
/// <param name="command">As typed.</param>
/// <param name="requests">The nodes, by cluster and options: those of one go together.</param>
internal sealed class NodeDrainJob(string command, IReadOnlyList<DrainRequest> requests)
    : OperationJob(command, NodeOperations.Drain, requests.Select(r => r.Session))
{
    private int _ended;

    public override string StatusMessage => $"{Volatile.Read(ref _ended)} of {requests.Sum(r => r.Nodes.Count)} nodes";

    protected override RunningOperation StartOperation() => NodeOperations.StartDrain(requests);

    protected override void Show(OperationEvent happened)
    {
        if (happened is OperationItemEnded)
            Interlocked.Increment(ref _ended);
        base.Show(happened);
    }
}
