using System.Collections;
using NodeManager.Autoscaling.NodePools;
using NodeManager.Drains.Options;
using NodeManager.Jobs;
using NodeManager.NodePools;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Planning;
using NodeManager.NodePools.Updates;
using NodeManager.NodePools.Updates.Decisions;
using NodeManager.NodePools.Updates.Options;
using NodeManager.NodePools.Updates.PoolServices;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Replaces nodes that differ from their pool's template, or has a pool service replace them.</summary>
[Cmdlet(VerbsData.Update, "NodePool", DefaultParameterSetName = ByObject, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(NodePoolUpdate), typeof(NodePoolUpdatePlan), typeof(NodePoolPlan), typeof(Job))]
public sealed class UpdateNodePoolCommand : PoolTargetCmdlet, IClusterChange
{
    private readonly List<(NodeManagerSession Session, PoolUpdateRequest Request)> _wanted = [];

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    [Parameter]
    public PoolUpdateStrategy Strategy { get; set; }

    /// <summary>For pools of a service: the new machine type.</summary>
    [Parameter]
    [Alias("InstanceType", "VmSize")]
    [ValidateNotNullOrEmpty]
    public string? MachineType { get; set; }

    /// <summary>For pools of a service: the new release.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Release { get; set; }

    /// <summary>For pools of a service: labels of the nodes; null removes a label.</summary>
    [Parameter]
    [Alias("Labels")]
    [ArgumentCompleter(typeof(LabelSelectorCompleter))]
    [Entries]
    [ValidateNotNull]
    public IDictionary? Label { get; set; }

    /// <summary>For pools of a service: a JSON merge patch of the specification.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? Patch { get; set; }

    /// <summary>For BlueGreen of a service's pool: the name of the second pool.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? NewName { get; set; }

    /// <summary>Machines in excess of the pool's size: <c>2</c>, or <c>10%</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string MaxSurge { get; set; } = "1";

    /// <summary>Nodes that may be missing: <c>2</c>, or <c>10%</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string MaxUnavailable { get; set; } = "0";

    /// <summary>How long new nodes must be Ready before old ones are drained.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? SoakTime { get; set; }

    /// <summary>For BlueGreen: how long drained nodes are kept before their machines are destroyed.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? KeepOldTime { get; set; }

    /// <summary>How long a node may drain before it is skipped; 0 for no limit.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? DrainTimeout { get; set; }

    [Parameter]
    public PoolUpdateFailureAction OnUnhealthy { get; set; }

    /// <summary>Replace every node, not only outdated ones.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    [Parameter]
    public SwitchParameter DeleteEmptyDirData { get; set; }

    [Parameter]
    public SwitchParameter DeleteUnmanagedPod { get; set; }

    /// <summary>The grace period of pods; by default, their own.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? GracePeriod { get; set; }

    [Parameter]
    public SwitchParameter AsJob { get; set; }

    private protected override void Begin()
    {
        DurationAttribute.RequireNotNegative(nameof(SoakTime), SoakTime);
        DurationAttribute.RequireNotNegative(nameof(KeepOldTime), KeepOldTime);
        DurationAttribute.RequireNotNegative(nameof(DrainTimeout), DrainTimeout);
        DurationAttribute.RequireNotNegative(nameof(GracePeriod), GracePeriod);
        if (Strategy == PoolUpdateStrategy.BlueGreen && IsBound(nameof(MaxSurge)))
            throw SurgeLimit.Invalid(
                "-MaxSurge does not apply to -Strategy BlueGreen, which creates all new nodes first.",
                MaxSurge,
                "Leave -MaxSurge out, or use -Strategy Surge."
            );
        if (Strategy != PoolUpdateStrategy.BlueGreen && IsBound(nameof(KeepOldTime)))
            throw SurgeLimit.Invalid(
                "-KeepOldTime applies only to -Strategy BlueGreen.",
                KeepOldTime,
                "Use -Strategy BlueGreen, or leave -KeepOldTime out."
            );
        SurgeLimit.Of(MaxSurge, MaxUnavailable, 1000);
    }

    private protected override void Process(PoolReference pool)
    {
        try
        {
            Add(pool.Session, pool.Context.Provider is ClusterPoolProvider cluster ? InCluster(pool, cluster) : InService(pool));
        }
        catch (NodeManagerException failure)
        {
            Fail(failure, pool.Target.Text);
        }
    }

    private protected override void End()
    {
        if (_wanted.Count == 0)
            return;
        if (AsJob)
        {
            NodePoolUpdateJob job = new(MyInvocation.Line.Trim(), _wanted);
            JobRepository.Add(job);
            job.Start();
            WriteObject(job);
            return;
        }

        foreach ((NodeManagerSession session, PoolUpdateRequest request) in _wanted)
        {
            Sessions.StartIn(
                session,
                request.Pool,
                async worker =>
                {
                    PoolUpdateOutcome outcome = await PoolUpdates.RunAsync(session, request, worker, worker.Token);
                    worker.Output(outcome.Update);
                    if (outcome.Failure is { } failure)
                        worker.Error(failure, request.Pool);
                }
            );
        }
    }

    private protected override void WriteSummary()
    {
        foreach ((_, PoolUpdateRequest request) in _wanted)
            WriteHost(
                $"The update of pool {request.Pool} was interrupted. To continue it on any machine, use Resume-NodePoolUpdate {request.Pool}."
            );
    }

    private PoolUpdateRequest InCluster(PoolReference pool, ClusterPoolProvider provider)
    {
        if (
            Strategy == PoolUpdateStrategy.Follow
            || MachineType is not null
            || Release is not null
            || Label is not null
            || Patch is not null
            || NewName is not null
        )
        {
            throw SurgeLimit.Invalid(
                "-Strategy Follow, -MachineType, -Release, -Label, -Patch and -NewName are for pools of a service.",
                pool.Target.Text,
                "Change the NodeSmithPool with Set-NodePool, then update it."
            );
        }

        return new()
        {
            Pool = NameOf(pool),
            Namespace = provider.Namespace,
            Options = Options(Strategy),
        };
    }

    // A service accepts only a number of nodes.
    private PoolUpdateRequest InService(PoolReference pool)
    {
        string name = NameOf(pool);
        PoolUpdateStrategy strategy = IsBound(nameof(Strategy)) ? Strategy : PoolUpdateStrategy.Follow;
        if (ServiceRollLimits.Refuse(name, strategy, IsBound(nameof(MaxSurge)) || IsBound(nameof(MaxUnavailable))) is { } refused)
            throw refused;
        if (
            strategy == PoolUpdateStrategy.Follow
            && (
                NewName is not null
                || All
                || DrainTimeout is not null
                || DeleteEmptyDirData
                || DeleteUnmanagedPod
                || GracePeriod is not null
                || SoakTime is not null
            )
        )
        {
            throw SurgeLimit.Invalid(
                "-NewName, -All, -SoakTime, -DrainTimeout, -GracePeriod, -DeleteEmptyDirData and -DeleteUnmanagedPod are for -Strategy BlueGreen: with Follow, the service decides.",
                name,
                "Use -Strategy BlueGreen, or leave them out."
            );
        }

        PoolChange change = new()
        {
            MachineType = MachineType,
            Labels = PoolInput.ReadLabels(Label),
            Extensions = new() { Release = Release },
            Patch = Patch is null ? null : PoolInput.ReadPatch(Patch),
        };
        IPoolFormat format = pool.Context.Provider.Format;
        return new()
        {
            Pool = name,
            PoolId = pool.Target.Id,
            Namespace = IsBound(nameof(Namespace)) ? Namespace : PoolUpdateRequest.ServiceNamespace,
            Service = pool.Context,
            Change = spec => format.PatchOf(change, spec, name),
            SecondPool = NewName ?? "",
            Options = Options(strategy),
        };
    }

    // An update has the name of its pool.
    private string NameOf(PoolReference pool) =>
        pool.Target.Name.Length > 0
            ? pool.Target.Name
            : Pump.RunNow(worker => PoolReader.FindAsync(pool.Context, pool.Target, worker.Token)).Name;

    private void Add(NodeManagerSession session, PoolUpdateRequest request)
    {
        string pool = request.Pool;
        if (request.Options.Strategy == PoolUpdateStrategy.Follow)
        {
            StartFollowing(session, request);
            return;
        }

        if (IsWhatIf)
        {
            Sessions.StartIn(
                session,
                pool,
                async worker =>
                {
                    IReadOnlyList<NodePoolUpdatePlan> plans = await PoolUpdatePlanner.PlanAsync(session, request, worker, worker.Token);
                    await worker.ShouldProcessAsync(
                        session,
                        Target(session, pool),
                        $"Replace {Count(plans.Count, "node")}, and move {Count(plans.Sum(static one => one.Pods.Count), "pod")}"
                    );
                    foreach (NodePoolUpdatePlan plan in plans)
                        worker.Output(plan);
                }
            );
            return;
        }

        string action = "Replace outdated nodes";
        if (WillAsk(ConfirmImpact.High))
        {
            try
            {
                action =
                    $"Replace {Count(Pump.RunNow(worker => PoolUpdatePlanner.PlanAsync(session, request, worker, worker.Token)).Count, "node")}";
            }
            catch (NodeManagerException failure)
            {
                Fail(failure, pool);
                return;
            }
        }

        if (ShouldProcess(session, Target(session, pool), action))
            _wanted.Add((session, request));
    }

    // The plan of the change lists the nodes that the service replaces, as far as known.
    private void StartFollowing(NodeManagerSession session, PoolUpdateRequest request)
    {
        PoolReference pool = new(request.Service!, new() { Id = request.PoolId, Name = request.Pool });
        Task<NodePoolPlan> Plan(Worker worker) =>
            PoolPlanner.PlanChangeAsync(pool.Context, pool.Target, new() { Patch = request.Change! }, worker, worker.Token);
        if (IsWhatIf)
        {
            Sessions.StartIn(
                session,
                request.Pool,
                async worker =>
                {
                    NodePoolPlan plan = await Plan(worker);
                    await worker.ShouldProcessAsync(
                        session,
                        Target(session, request.Pool),
                        $"Change the specification, and follow the service's roll ({plan.Summary})"
                    );
                    worker.Output(plan);
                }
            );
            return;
        }

        string action = "Change the specification, and follow the service's roll";
        if (WillAsk(ConfirmImpact.High))
            action = $"{action} ({Pump.RunNow(Plan).Summary})";
        if (ShouldProcess(session, Target(session, request.Pool), action))
            _wanted.Add((session, request));
    }

    private PoolUpdateOptions Options(PoolUpdateStrategy strategy)
    {
        PoolUpdateOptions standard = new();
        return new()
        {
            Strategy = strategy,
            MaxSurge = MaxSurge,
            MaxUnavailable = MaxUnavailable,
            Soak = SoakTime ?? standard.Soak,
            KeepOld = KeepOldTime ?? standard.KeepOld,
            DrainTimeout = DrainTimeout ?? standard.DrainTimeout,
            OnUnhealthy = OnUnhealthy,
            All = All,
            Drain = new DrainOptions
            {
                DeleteEmptyDirData = DeleteEmptyDirData,
                DeleteUnmanagedPods = DeleteUnmanagedPod,
                GracePeriod = GracePeriod,
            },
        };
    }

    private static string Target(NodeManagerSession session, string pool) => $"pool {pool} in cluster '{session.Cluster}'";

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
