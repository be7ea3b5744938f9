using System.Collections;
using System.Management.Automation;
using NodeManager.Autoscaling.NodePools;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Drains.Options;
using NodeManager.Jobs;
using NodeManager.NodePools;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Planning;
using NodeManager.NodePools.Updates;
using NodeManager.NodePools.Updates.Decisions;
using NodeManager.NodePools.Updates.Options;
using NodeManager.NodePools.Updates.PoolServices;
using NodeManager.Parameters;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Rolls pools: replaces nodes that differ from what their pool would make now, or has a service do so.</summary>
[Cmdlet(VerbsData.Update, "NodePool", DefaultParameterSetName = ByObject, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(NodePoolUpdate), typeof(NodePoolUpdatePlan), typeof(NodePoolPlan), typeof(Job))]
public sealed class UpdateNodePoolCommand : PoolTargetCmdlet, IClusterChange
{
    private readonly List<(NodeManagerSession Session, PoolUpdateRequest Request)> _wanted = [];

    /// <summary>The name of the protected cluster that may be changed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>A few nodes at a time, all new ones first, or as the service does it.</summary>
    [Parameter]
    public PoolUpdateStrategy Strategy { get; set; }

    /// <summary>The change of a service's pool: its machine type.</summary>
    [Parameter]
    [Alias("InstanceType", "VmSize")]
    [ValidateNotNullOrEmpty]
    public string? MachineType { get; set; }

    /// <summary>The change of a service's pool: its release.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Release { get; set; }

    /// <summary>The change of a service's pool: labels of its nodes; a value of null removes the label.</summary>
    [Parameter]
    [Alias("Labels")]
    [ArgumentCompleter(typeof(LabelSelectorCompleter))]
    [Entries]
    [ValidateNotNull]
    public IDictionary? Label { get; set; }

    /// <summary>The change of a service's pool: a JSON merge patch of its specification.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? Patch { get; set; }

    /// <summary>The name of the second pool. For BlueGreen of a service's pool.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? NewName { get; set; }

    /// <summary>How many machines there may be beyond those of the pool: <c>2</c>, or <c>10%</c> of them.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string MaxSurge { get; set; } = "1";

    /// <summary>How many nodes may be missing: <c>2</c>, or <c>10%</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string MaxUnavailable { get; set; } = "0";

    /// <summary>How long new nodes have to be Ready before old ones leave for them.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? SoakTime { get; set; }

    /// <summary>How long drained nodes are kept before their machines are destroyed. For BlueGreen.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? KeepOldTime { get; set; }

    /// <summary>How long the drain of a node may take until the node is skipped; 0: as long as it needs.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? DrainTimeout { get; set; }

    /// <summary>What to do when new nodes are not healthy.</summary>
    [Parameter]
    public PoolUpdateFailureAction OnUnhealthy { get; set; }

    /// <summary>Replace every node, outdated or not.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <summary>Evict pods with emptyDir volumes; their data is lost.</summary>
    [Parameter]
    public SwitchParameter DeleteEmptyDirData { get; set; }

    /// <summary>Evict pods without a controller; they are not recreated.</summary>
    [Parameter]
    public SwitchParameter DeleteUnmanagedPod { get; set; }

    /// <summary>What pods get to terminate; without it, their own grace period.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? GracePeriod { get; set; }

    /// <summary>Return immediately, with a job.</summary>
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

    // A service offers a number of nodes alone.
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

    // An update is known by its pool's name.
    private string NameOf(PoolReference pool) =>
        pool.Target.Name.Length > 0
            ? pool.Target.Name
            : Pump.RunNow(worker => PoolReader.FindAsync(pool.Context, pool.Target, worker.Token)).Name;

    private void Add(NodeManagerSession session, PoolUpdateRequest request)
    {
        string pool = request.Pool;
        if (request.Options.Strategy == PoolUpdateStrategy.Follow)
        {
            Follow(session, request);
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

    // Which nodes the service replaces is what a plan of the change says, as far as it is known.
    private void Follow(NodeManagerSession session, PoolUpdateRequest request)
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
