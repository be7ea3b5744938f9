using System.Management.Automation;
using NodeManager.Core.Drain;
using NodeManager.Core.Drain.Options;
using NodeManager.Core.Maintenance;
using NodeManager.Core.Nodes;
using NodeManager.Core.Observing;

namespace NodeManager.Jobs;

/// <summary>A drain as a job: its output is the nodes' results, as they end. Stopped, it leaves them cordoned, and their results are still the job's.</summary>
/// <param name="command">As typed.</param>
/// <param name="runs">The nodes, by cluster and options: those of one go together.</param>
internal sealed class NodeDrainJob(string command, IReadOnlyList<(NodeManagerSession Session, NodeTarget[] Nodes, DrainOptions Options)> runs)
    : OperationJob(command, "NodeDrain", runs.Select(r => r.Session))
{
    private int _ended;

    public override string StatusMessage => $"{Volatile.Read(ref _ended)} of {runs.Sum(r => r.Nodes.Length)} nodes";

    protected override Task RunAsync() => Task.WhenAll(runs.Select(r => RunAsync(r.Session, r.Nodes, r.Options)));

    private async Task RunAsync(NodeManagerSession session, NodeTarget[] nodes, DrainOptions options)
    {
        IOperationObserver observer = runs.Count > 1 ? new ClusterProgress(Streams, session) : Streams;
        try
        {
            await MaintenanceHolds.WarnAsync(session, nodes.Select(n => n.Name), observer, Token);
            await foreach (NodeDrainResult result in NodeDrainer.DrainAsync(session, nodes, options, observer, Token))
            {
                Interlocked.Increment(ref _ended);
                if (DrainFailures.HasResult(result))
                    Output.Add(PSObject.AsPSObject(result));
                if (DrainFailures.Of(result) is { } failure)
                    Fail(failure, failure.Target ?? result);
            }
        }
        catch (Exception exception)
        {
            Fail(exception, session);
        }
    }
}
