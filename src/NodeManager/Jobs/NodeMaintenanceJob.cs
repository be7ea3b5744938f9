using System.Management.Automation;
using NodeManager.Core.Maintenance;
using NodeManager.Core.Maintenance.Options;
using NodeManager.Core.Nodes;

namespace NodeManager.Jobs;

/// <summary>A maintenance as a job: a child a node, and what concerns the run in the job itself. Stopped, it can be carried on with.</summary>
internal sealed class NodeMaintenanceJob : OperationJob
{
    public const string TypeName = "NodeMaintenance";

    private readonly List<(NodeManagerSession Session, MaintenanceRequest Request)> _runs;
    private readonly JobScript? _script;
    private readonly bool _passThru;
    private readonly Dictionary<(NodeManagerSession Session, string Node), NodeMaintenanceChildJob> _children = [];
    private readonly SortedSet<string> _ids = new(StringComparer.Ordinal);
    private int _ended;

    /// <param name="command">As typed.</param>
    /// <param name="runs">What to maintain, and where.</param>
    /// <param name="script">What to run on each node; null for nothing.</param>
    /// <param name="passThru">Emit the runs rather than their nodes.</param>
    public NodeMaintenanceJob(
        string command, List<(NodeManagerSession Session, MaintenanceRequest Request)> runs, JobScript? script, bool passThru)
        : base(command, TypeName, runs.Select(r => r.Session))
    {
        _runs = runs;
        _script = script;
        _passThru = passThru;
        foreach ((NodeManagerSession session, MaintenanceRequest request) in runs)
        {
            foreach (NodeTarget node in request.Nodes)
                Add(session, node.Name);
        }
    }

    public override string StatusMessage
    {
        get
        {
            lock (_children)
                return _ids.Count == 0 ? "" : $"{string.Join(", ", _ids)}: {_ended} of {_children.Count} nodes";
        }
    }

    protected override Task RunAsync() => Task.WhenAll(_runs.Select(r => RunAsync(r.Session, r.Request)));

    protected override void End(bool isStopped)
    {
        NodeMaintenanceChildJob[] children;
        lock (_children)
            children = [.. _children.Values];
        foreach (NodeMaintenanceChildJob child in children)
            child.EndWithout(isStopped);
    }

    private NodeMaintenanceChildJob Add(NodeManagerSession session, string node)
    {
        lock (_children)
        {
            if (!_children.TryGetValue((session, node), out NodeMaintenanceChildJob? child))
            {
                _children[(session, node)] = child = new(Command, node, session.Cluster, StopJob);
                ChildJobs.Add(child);
            }

            return child;
        }
    }

    private async Task RunAsync(NodeManagerSession session, MaintenanceRequest request)
    {
        if (_script is { } script)
            request = request with { Work = (node, token) => script.RunAsync(node, Add(session, node.Name), token) };
        MaintenanceSummary? summary = null;
        MaintenanceListener listener = new(
            Streams,
            run =>
            {
                summary = new(run, request);
                lock (_children)
                    _ids.Add(run.Id);
                foreach (NodeMaintenanceResult node in run.Nodes)
                    Add(session, node.Node);
            },
            node =>
            {
                summary!.Note(node);
                Add(session, node.Node).Begin();
            },
            node =>
            {
                summary!.Note(node);
                lock (_children)
                    _ended++;
                Add(session, node.Node).Complete(node, MaintenanceFailures.Of(node, request), !_passThru);
            });
        try
        {
            MaintenanceOutcome outcome = await NodeMaintainer.RunAsync(session, request, listener, Token);
            summary!.Ended = outcome.Run;
            if (_passThru)
                Output.Add(PSObject.AsPSObject(outcome.Run));
            if (outcome.Failure is { } failure)
                Fail(failure, outcome.Run.Id);
        }
        catch (OperationCanceledException) when (Token.IsCancellationRequested)
        {
            // Whoever stopped it knows.
        }
        catch (Exception exception)
        {
            Fail(exception, session);
        }

        if (Token.IsCancellationRequested && summary is { IsInterrupted: true })
            Streams.Warning(summary.ToString());
    }
}
