using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Core.Drain.Options;
using NodeManager.Core.Rolling;
using NodeManager.Core.Rolling.Options;
using NodeManager.Core.Rolling.Rules;
using NodeManager.Jobs;
using NodeManager.Parameters;

namespace NodeManager.Commands;

/// <summary>Rolls pools: replaces nodes that differ from what their pool would make now.</summary>
[Cmdlet(VerbsData.Update, "NodePool", DefaultParameterSetName = ByObject, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(NodePoolUpdate), typeof(NodePoolUpdatePlan), typeof(Job))]
public sealed class UpdateNodePoolCommand : SessionCmdlet
{
    private const string ByName = "ByName";
    private const string ByObject = "ByObject";

    private readonly List<(NodeManagerSession Session, PoolUpdateRequest Request)> _wanted = [];

    /// <summary>Names of pools of the cluster.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [Alias("Pool")]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>Pools, from Get-NodePool or Set-NodePool.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [ValidateNotNull]
    public NodePool? InputObject { get; set; }

    /// <summary>Where the pools are.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = AutoscalerCmdlet.DefaultNamespace;

    /// <summary>A few nodes at a time, or all new ones first.</summary>
    [Parameter]
    public PoolUpdateStrategy Strategy { get; set; }

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
            throw SurgeLimit.Invalid("-MaxSurge does not apply to -Strategy BlueGreen, which creates all new nodes first.", MaxSurge, "Leave -MaxSurge out, or use -Strategy Surge.");
        if (Strategy != PoolUpdateStrategy.BlueGreen && IsBound(nameof(KeepOldTime)))
            throw SurgeLimit.Invalid("-KeepOldTime applies to -Strategy BlueGreen alone.", KeepOldTime, "Use -Strategy BlueGreen, or leave -KeepOldTime out.");
        SurgeLimit.Of(MaxSurge, MaxUnavailable, 1000);
    }

    private protected override void Process()
    {
        if (InputObject is { } pool)
        {
            if (pool.Provider == NodePoolProvider.Service) Fail(Unsupported(pool), pool);
            else foreach (NodeManagerSession session in Sessions.For(pool)) Add(session, pool.Name, pool.Namespace.Length > 0 ? pool.Namespace : Namespace);
            return;
        }

        foreach (NodeManagerSession session in Sessions)
            foreach (string name in Name) Add(session, name, Namespace);
    }

    private protected override void End()
    {
        if (_wanted.Count == 0) return;
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
            Sessions.StartIn(session, request.Pool, async worker =>
            {
                PoolUpdateOutcome outcome = await PoolUpdates.RunAsync(session, request, worker, worker.Token);
                worker.Output(outcome.Update);
                if (outcome.Failure is { } failure) worker.Error(failure, request.Pool);
            });
        }
    }

    private protected override void WriteSummary()
    {
        foreach ((_, PoolUpdateRequest request) in _wanted)
            WriteHost($"The update of pool {request.Pool} was interrupted, unless it was over. Resume-NodePoolUpdate {request.Pool} continues it from anywhere.");
    }

    private void Add(NodeManagerSession session, string pool, string ns)
    {
        PoolUpdateRequest request = new() { Pool = pool, Namespace = ns, Options = Options() };
        if (IsWhatIf)
        {
            Sessions.StartIn(session, pool, async worker =>
            {
                IReadOnlyList<NodePoolUpdatePlan> plans = await PoolUpdatePlanner.PlanAsync(session, request, worker, worker.Token);
                await worker.ShouldProcessAsync(Target(session, pool), $"Replace {Count(plans)}, and move {plans.Sum(static one => one.Pods.Count)} pods");
                foreach (NodePoolUpdatePlan plan in plans) worker.Output(plan);
            });
            return;
        }

        string action = "Replace outdated nodes";
        if (WillAsk(ConfirmImpact.High))
        {
            try
            {
                action = $"Replace {Count(Pump.RunNow(worker => PoolUpdatePlanner.PlanAsync(session, request, worker, worker.Token)))}";
            }
            catch (NodeManagerException failure)
            {
                Fail(failure, pool);
                return;
            }
        }

        if (ShouldProcess(Target(session, pool), action)) _wanted.Add((session, request));
    }

    private PoolUpdateOptions Options()
    {
        PoolUpdateOptions standard = new();
        return new()
        {
            Strategy = Strategy,
            MaxSurge = MaxSurge,
            MaxUnavailable = MaxUnavailable,
            Soak = SoakTime ?? standard.Soak,
            KeepOld = KeepOldTime ?? standard.KeepOld,
            DrainTimeout = DrainTimeout ?? standard.DrainTimeout,
            OnUnhealthy = OnUnhealthy,
            All = All,
            Drain = new DrainOptions { DeleteEmptyDirData = DeleteEmptyDirData, DeleteUnmanagedPods = DeleteUnmanagedPod, GracePeriod = GracePeriod },
        };
    }

    private static string Target(NodeManagerSession session, string pool) => $"pool {pool} in cluster '{session.Cluster}'";

    private static string Count(IReadOnlyList<NodePoolUpdatePlan> plans) => plans.Count == 1 ? "1 node" : $"{plans.Count} nodes";

    private NodeManagerException Unsupported(NodePool pool) => new(
        ErrorIds.PoolUpdateUnsupported, ErrorKind.InvalidOperation,
        $"Node pool '{pool.Name}' is kept by a pool service, which offers a number of nodes alone: {(IsBound(nameof(MaxSurge)) ? "-MaxSurge cannot be had there" : "single nodes cannot be replaced")}.", pool,
        "Change the pool with Set-NodePool and follow the service's own roll with Wait-NodePool, or create a second pool with New-NodePool, drain the nodes of the first, then use Remove-NodePool.");
}
