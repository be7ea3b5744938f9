using System.Collections.Concurrent;
using System.Management.Automation;
using NodeManager.Core.Maintenance;
using NodeManager.Pipeline;
using NodeManager.Sessions;

namespace NodeManager.Jobs;

/// <summary>A maintenance that runs on while its caller goes on: a child a node, and what concerns the run in the job itself.</summary>
internal sealed class NodeMaintenanceJob : Job
{
    public const string TypeName = "NodeMaintenance";

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly List<(NodeManagerSession Session, MaintenanceRequest Request)> _runs;
    private readonly JobScript? _script;
    private readonly bool _passThru;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<(NodeManagerSession Session, string Node), NodeMaintenanceChildJob> _children = new();
    private readonly JobStreams _streams;
    private Task _running = Task.CompletedTask;
    private volatile string _message = "";
    private volatile bool _failed;

    /// <param name="command">As typed.</param>
    /// <param name="runs">What to maintain, and where.</param>
    /// <param name="script">What to run on each node; null for nothing.</param>
    /// <param name="passThru">Emit the runs rather than their nodes.</param>
    public NodeMaintenanceJob(
        string command, List<(NodeManagerSession Session, MaintenanceRequest Request)> runs, JobScript? script, bool passThru)
        : base(command)
    {
        PSJobTypeName = TypeName;
        _runs = runs;
        _script = script;
        _passThru = passThru;
        _streams = new(this);
        Location = string.Join(", ", runs.Select(r => r.Session.Cluster));
        foreach ((NodeManagerSession session, MaintenanceRequest request) in runs)
        {
            foreach (string node in request.Nodes)
                Add(session, node);
        }
    }

    public override bool HasMoreData =>
        Output.Count > 0 || Error.Count > 0 || Warning.Count > 0 || ChildJobs.Any(child => child.HasMoreData);

    public override string Location { get; }

    public override string StatusMessage => _message;

    public void Start()
    {
        SetJobState(JobState.Running);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Interrupts the run, which can be carried on with; waits until that is written.</summary>
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

    private NodeMaintenanceChildJob Add(NodeManagerSession session, string node)
    {
        NodeMaintenanceChildJob child = new(Command, node, session.Cluster, StopJob);
        if (_children.TryAdd((session, node), child))
            ChildJobs.Add(child);
        return _children[(session, node)];
    }

    private async Task RunAsync()
    {
        await Task.WhenAll(_runs.Select(r => RunAsync(r.Session, r.Request)));
        bool isStopped = _stop.IsCancellationRequested;
        foreach (NodeMaintenanceChildJob child in _children.Values)
            child.EndWithout(isStopped);
        bool isFailed = _failed || _children.Values.Any(child => child.JobStateInfo.State == JobState.Failed);
        SetJobState(isStopped ? JobState.Stopped : isFailed ? JobState.Failed : JobState.Completed);
    }

    private async Task RunAsync(NodeManagerSession session, MaintenanceRequest request)
    {
        if (_script is { } script)
            request = request with { Work = (node, token) => script.RunAsync(node, Add(session, node.Name), token) };
        MaintenanceListener listener = new(
            _streams,
            run =>
            {
                _message = run.Id;
                foreach (NodeMaintenanceResult node in run.Nodes)
                    Add(session, node.Node);
            },
            node => Add(session, node.Node).Begin(),
            node => Add(session, node.Node).Complete(node, !_passThru));
        try
        {
            MaintenanceOutcome outcome = await NodeMaintainer.RunAsync(session, request, listener, _stop.Token);
            _message = outcome.Run.Status == NodeMaintenanceRunStatus.Completed ? outcome.Run.Id : $"{outcome.Run.Id}: {outcome.Run.Status}";
            if (_passThru)
                Output.Add(PSObject.AsPSObject(outcome.Run));
            if (outcome.Failure is { } failure)
                Fail(failure, outcome.Run.Id);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Whoever stopped it knows.
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
