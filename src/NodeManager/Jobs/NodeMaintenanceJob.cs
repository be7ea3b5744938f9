using NodeManager.Core.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Formats;
using NodeManager.Maintenance;
using NodeManager.Pipeline;

namespace NodeManager.Jobs;

/// <summary>A maintenance as a job with a child job per node. A stopped run can be resumed.</summary>
internal sealed class NodeMaintenanceJob : OperationJob
{
    private readonly List<ClusterMaintenance> _requests;
    private readonly IsolatedScript? _script;
    private readonly bool _passThru;
    private readonly Dictionary<(NodeManagerSession Session, string Node), NodeMaintenanceChildJob> _children = [];
    private readonly Dictionary<string, MaintenanceSummary> _runs = [];
    private int _ended;

    /// <param name="script">Runs on each node; null for nothing.</param>
    /// <param name="passThru">Output runs instead of nodes.</param>
    public NodeMaintenanceJob(string command, List<ClusterMaintenance> requests, IsolatedScript? script, bool passThru)
        : base(command, NodeOperations.Maintenance, requests.Select(r => r.Session))
    {
        _requests = requests;
        _script = script;
        _passThru = passThru;
        foreach ((NodeManagerSession session, var request) in requests)
        {
            foreach (NodeTarget node in request.Nodes)
                Child(session, node.Name);
        }
    }

    public override string StatusMessage
    {
        get
        {
            lock (_children)
                return _runs.Count == 0
                    ? ""
                    : $"{string.Join(", ", _runs.Keys.Order(StringComparer.Ordinal))}: {_ended} of {_children.Count} nodes";
        }
    }

    protected override RunningOperation StartOperation() => NodeOperations.StartMaintenance([.. _requests.Select(WithScript)]);

    protected override void Show(OperationEvent happened)
    {
        switch (happened)
        {
            case OperationItemStarted { Item: NodeMaintenanceRun run }:
                Begin(run);
                break;
            case OperationItemStarted { Item: NodeMaintenanceResult node }:
                Record(node);
                Child(node).Begin();
                break;
            case OperationOutput { Value: NodeMaintenanceRun run }:
                if (_runs.TryGetValue(run.Id, out MaintenanceSummary? summary))
                    summary.Ended = run;
                if (_passThru)
                    base.Show(happened);
                break;
            case OperationOutput { Value: NodeMaintenanceResult node }:
                if (!_passThru)
                    Child(node).Output.Add(PSObject.AsPSObject(DisplayGuard.Protect(node)!));
                break;
            case OperationFailure { Target: NodeMaintenanceResult node } failure:
                Child(node).Fail(failure.Exception, node);
                break;
            case OperationItemEnded { Item: NodeMaintenanceResult node }:
                Record(node);
                lock (_children)
                    _ended++;
                Child(node).Complete(node);
                break;
            default:
                base.Show(happened);
                break;
        }
    }

    protected override void End(bool isStopped)
    {
        if (isStopped)
        {
            foreach (MaintenanceSummary run in _runs.Values.Where(r => r.IsInterrupted))
                Streams.Warning(run.ToString());
        }

        NodeMaintenanceChildJob[] children;
        lock (_children)
            children = [.. _children.Values];
        foreach (NodeMaintenanceChildJob child in children)
            child.EndWithout(isStopped);
    }

    private ClusterMaintenance WithScript(ClusterMaintenance cluster) =>
        _script is not { } script
            ? cluster
            : cluster with
            {
                Request = cluster.Request with { Work = (node, token) => script.RunAsync(node, Child(cluster.Session, node.Name), token) },
            };

    private void Begin(NodeMaintenanceRun run)
    {
        MaintenanceSummary summary = new(run, _requests.Find(r => r.Session == run.Session)!.Request);
        lock (_children)
            _runs[run.Id] = summary;
        foreach (NodeMaintenanceResult node in run.Nodes)
            Child(node);
    }

    private void Record(NodeMaintenanceResult node)
    {
        if (_runs.TryGetValue(node.RunId, out MaintenanceSummary? run))
            run.Record(node);
    }

    private NodeMaintenanceChildJob Child(NodeMaintenanceResult node) => Child(node.Session!, node.Node);

    private NodeMaintenanceChildJob Child(NodeManagerSession session, string node)
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
}
