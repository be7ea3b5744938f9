using System.Management.Automation;
using NodeManager.Commands;
using NodeManager.Core.Drain;
using NodeManager.Pipeline;

namespace NodeManager.Jobs;

/// <summary>A drain that runs on while its caller goes on. Its output is the nodes' results, as they end.</summary>
internal sealed class NodeDrainJob : Job
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<(NodeManagerSession Session, string[] Nodes)> _runs;
    private readonly DrainOptions _options;
    private readonly JobStreams _streams;
    private readonly CancellationTokenSource _stop = new();
    private readonly int _nodes;
    private Task _running = Task.CompletedTask;
    private int _ended;
    private volatile bool _failed;

    /// <param name="command">As typed.</param>
    /// <param name="runs">The nodes, by cluster: those of one go together.</param>
    /// <param name="options">How to drain.</param>
    public NodeDrainJob(string command, IReadOnlyList<(NodeManagerSession Session, string[] Nodes)> runs, DrainOptions options)
        : base(command)
    {
        PSJobTypeName = "NodeDrain";
        _runs = runs;
        _options = options;
        _streams = new(this);
        _nodes = runs.Sum(r => r.Nodes.Length);
        Location = string.Join(", ", runs.Select(r => r.Session.Cluster));
    }

    public override bool HasMoreData => Output.Count > 0 || Error.Count > 0 || Warning.Count > 0 || Verbose.Count > 0 || Progress.Count > 0;

    public override string Location { get; }

    public override string StatusMessage => $"{Volatile.Read(ref _ended)} of {_nodes} nodes";

    public void Start()
    {
        SetJobState(JobState.Running);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Interrupts the drain: the nodes stay cordoned, and their results are still the job's.</summary>
    public override void StopJob()
    {
        if (JobStateInfo.State != JobState.Running)
            return;
        SetJobState(JobState.Stopping);
        _stop.Cancel();
        _running.Wait(StopLimit);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            StopJob();
            _stop.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task RunAsync()
    {
        await Task.WhenAll(_runs.Select(r => RunAsync(r.Session, r.Nodes)));
        SetJobState(_stop.IsCancellationRequested ? JobState.Stopped : _failed ? JobState.Failed : JobState.Completed);
    }

    private async Task RunAsync(NodeManagerSession session, string[] nodes)
    {
        try
        {
            await foreach (NodeDrainResult result in NodeDrainer.DrainAsync(session, nodes, _options, _streams, _stop.Token))
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

    private void Fail(Exception exception, object target)
    {
        _failed = true;
        Error.Add(ErrorRecords.From(exception, target));
    }
}
