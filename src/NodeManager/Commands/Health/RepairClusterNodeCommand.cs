using NodeManager.Core.Nodes;
using NodeManager.Jobs;
using NodeManager.Maintenance.Options;
using NodeManager.Monitoring.Repair;
using NodeManager.Monitoring.Repair.Decisions;
using NodeManager.Monitoring.Repair.Execution;

namespace NodeManager.Commands;

/// <summary>Repairs unhealthy nodes by a policy, once or continuously as a job. Emits one result per node.</summary>
[Cmdlet(
    VerbsDiagnostic.Repair,
    "ClusterNode",
    DefaultParameterSetName = ByObject,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High
)]
[OutputType(typeof(NodeRepairResult), typeof(Job))]
public sealed class RepairClusterNodeCommand : NodeQueryCmdlet, IClusterChange
{
    private readonly Dictionary<NodeManagerSession, List<NodeTarget>> _candidates = [];
    private readonly List<RepairRequest> _jobs = [];
    private readonly List<NodeRepairResult> _interrupted = [];

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>Actions in order of escalation; the next one runs where the one before did not help.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public NodeRepairAction[] Action { get; set; } = [NodeRepairAction.Drain];

    /// <summary>Causes of findings to repair, with wildcards.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NodeAlertCauseCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Cause { get; set; } = [.. RepairPolicy.DefaultCauses];

    /// <summary>How long a cause must have lasted.</summary>
    [Parameter]
    [Duration]
    public TimeSpan UnhealthyFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an action may take, and how long the node then has to become healthy, before the next action.</summary>
    [Parameter]
    [Duration]
    public TimeSpan EscalateAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The selected nodes that must be healthy for a repair to start: <c>3</c>, or <c>51%</c>, rounded up.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string MinHealthy { get; set; } = "51%";

    /// <summary>How long the minimum must have been met after a storm, and how long a repaired node must have been in service.</summary>
    [Parameter]
    [Duration]
    public TimeSpan CoolDown { get; set; } = TimeSpan.FromMinutes(10);

    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaxPerPool { get; set; } = 1;

    /// <summary>The label whose value is a node's pool; by default, the well-known labels of clouds and provisioners.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabelKeyCompleter))]
    [ValidateNotNullOrEmpty]
    public string? PoolLabel { get; set; }

    [Parameter]
    public SwitchParameter IncludeControlPlane { get; set; }

    /// <summary>Also repair nodes that another client has cordoned.</summary>
    [Parameter]
    public SwitchParameter IncludeCordoned { get; set; }

    [Parameter]
    public SwitchParameter DeleteUnmanagedPod { get; set; }

    [Parameter]
    public SwitchParameter DeleteEmptyDirData { get; set; }

    /// <summary>The grace period of pods; by default, their own.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? GracePeriod { get; set; }

    /// <summary>Recorded on the nodes and in their events.</summary>
    [Parameter]
    [ValidateNotNull]
    public string Reason { get; set; } = "";

    /// <summary>The namespace of the repair's Lease.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = MaintenanceRequest.DefaultNamespace;

    [Parameter]
    public SwitchParameter AsJob { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JobName { get; set; }

    private protected override void Begin()
    {
        DurationAttribute.RequireNotNegative(nameof(UnhealthyFor), UnhealthyFor);
        DurationAttribute.RequireNotNegative(nameof(EscalateAfter), EscalateAfter);
        DurationAttribute.RequireNotNegative(nameof(CoolDown), CoolDown);
        DurationAttribute.RequireNotNegative(nameof(GracePeriod), GracePeriod);
    }

    // Findings name the nodes to repair; a selection of nodes is the base of the minimum.
    private protected override void Observe(NodeReference node, ClusterObject origin)
    {
        if (origin is not (NodeFinding or NodeHealth or NodeAlert or NodeRepairResult))
            return;
        if (!_candidates.TryGetValue(node.Session, out List<NodeTarget>? candidates))
            _candidates[node.Session] = candidates = [];
        candidates.Add(node.Target);
    }

    private protected override void Read(NodeManagerSession session, IReadOnlyList<string> names, IReadOnlyDictionary<string, string> uids)
    {
        List<NodeTarget>? candidates = _candidates.GetValueOrDefault(session);
        RepairRequest request = new()
        {
            Session = session,
            Names = candidates is null ? names : [],
            IsNamed = ParameterSetName == ByName,
            Uids = uids,
            Selector = Selector,
            Candidates = candidates,
            Policy = new()
            {
                Actions = Action,
                Causes = Cause,
                UnhealthyFor = UnhealthyFor,
                EscalateAfter = EscalateAfter,
                MinHealthy = MinHealthy,
                CoolDown = CoolDown,
                MaxPerPool = MaxPerPool,
                PoolLabel = PoolLabel,
                IncludeControlPlane = IncludeControlPlane,
                IncludeCordoned = IncludeCordoned,
                Drain = new()
                {
                    DeleteUnmanagedPods = DeleteUnmanagedPod,
                    DeleteEmptyDirData = DeleteEmptyDirData,
                    GracePeriod = GracePeriod,
                },
            },
            Namespace = Namespace,
            Reason = Reason,
        };
        NodeRepairer.Check(request);
        if (AsJob && !IsWhatIf)
        {
            if (
                ShouldProcess(
                    session,
                    $"unhealthy nodes of cluster {session.Cluster}",
                    $"Repair continuously ({string.Join(", ", request.Policy.Steps().Select(static step => step.Action))})"
                )
            )
                _jobs.Add(request);
        }
        else
        {
            Repair(request);
        }
    }

    private protected override void End()
    {
        base.End();
        if (_jobs.Count == 0)
            return;
        NodeRepairJob job = new(MyInvocation.Line.Trim(), JobName, _jobs);
        JobRepository.Add(job);
        job.Start();
        WriteObject(job);
    }

    private protected override void Output(object value)
    {
        if (value is NodeRepairResult { Status: NodeRepairStatus.Interrupted } result && IsStopped)
            _interrupted.Add(result);
        base.Output(value);
    }

    private protected override void WriteSummary()
    {
        foreach (NodeRepairResult result in _interrupted)
            WriteHost($"{result.Node}: {result.Message}");
    }

    private protected override void WriteAbandoned() => WriteSummary();

    // Each node is confirmed separately, so the repairs are planned before the prompts.
    private void Repair(RepairRequest request)
    {
        NodeManagerSession session = request.Session;
        if (!Sessions.TryRead(session, worker => NodeRepairer.PlanAsync(request, worker, worker.Token), out var plans))
            return;
        List<NodeTarget> confirmed = [];
        foreach ((NodeRepairResult planned, NodeManagerException? failure) in plans)
        {
            if (failure is not null)
            {
                WriteFailure(failure, planned);
                continue;
            }

            if (planned.Status != NodeRepairStatus.Planned || IsWhatIf)
                WriteObject(planned);
            if (
                planned.Status == NodeRepairStatus.Planned
                && ShouldProcess(session, $"node {planned.Node} (cluster {session.Cluster})", Question(planned))
            )
                confirmed.Add(new(planned.Node, planned.NodeUid));
        }

        if (confirmed.Count == 0)
            return;
        Sessions.StartIn(
            session,
            session,
            worker =>
                NodeRepairer.RunAsync(
                    request with
                    {
                        Candidates = confirmed,
                    },
                    (result, failure) =>
                    {
                        worker.Output(result);
                        if (failure is not null)
                            worker.Error(failure, result);
                    },
                    worker,
                    worker.Token
                )
        );
    }

    private void WriteFailure(NodeManagerException failure, NodeRepairResult result)
    {
        if (result.Reason == NodeRepairReason.NoMachine || failure.ErrorId == ErrorIds.NodeNotRepaired)
            WriteObject(result);
        Fail(failure, result);
    }

    private static string Question(NodeRepairResult planned) =>
        planned.Finding is null
            ? "Return to service"
            : $"Repair ({string.Join(", ", planned.Steps.Select(static step => step.Action))}{(planned.Machine.Length > 0 ? $"; machine {planned.Machine}" : "")}): {planned.Message}";
}
