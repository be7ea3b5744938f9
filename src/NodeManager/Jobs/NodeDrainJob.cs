using NodeManager.Core.Operations;
using NodeManager.Maintenance;

namespace NodeManager.Jobs;

/// <summary>
/// A drain as a job that outputs the nodes' results. A stopped job leaves nodes cordoned and still outputs their results.
/// </summary>
/// <param name="requests">By cluster and options; the nodes of a request are drained together.</param>
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
