using System.Collections.Concurrent;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Commands;
using NodeManager.Core.Operations;
using NodeManager.Drains.Options;
using NodeManager.Drains.Planning;
using NodeManager.Jobs;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Batches;
using NodeManager.Maintenance.Detached;
using NodeManager.Maintenance.Options;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Drains nodes batch by batch, runs work on them and uncordons them. Emits one result per node.</summary>
[Cmdlet(
    VerbsLifecycle.Invoke,
    "NodeMaintenance",
    DefaultParameterSetName = ByObject,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High
)]
[OutputType(typeof(NodeMaintenanceResult), typeof(NodeMaintenanceRun), typeof(NodeMaintenancePlan), typeof(Job))]
public sealed class InvokeNodeMaintenanceCommand : DrainRunCmdlet
{
    private const string ByRun = "ByRun";
    private const int MaximumBatches = 20;

    private readonly List<NodeReference> _wanted = [];
    private readonly ConcurrentDictionary<string, MaintenanceSummary> _runs = new();

    /// <summary>Resume this run with its original options; bound parameters replace them.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByRun)]
    [ArgumentCompleter(typeof(MaintenanceRunCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ResumeId { get; set; }

    /// <summary>Runs for each drained node, as <c>$_</c> and the first argument.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>
    /// Run script blocks concurrently, at most <c>-ThrottleLimit</c>, each in its own runspace, where <c>$using:</c> brings the caller's
    /// variables.
    /// </summary>
    [Parameter]
    public SwitchParameter Parallel { get; set; }

    /// <summary>A command to run as root on each drained node, as <c>Invoke-NodeCommand</c> does, instead of a script block.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? NodeCommand { get; set; }

    /// <summary>The time after which the kubelet ends the command.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? NodeCommandTimeout { get; set; }

    /// <summary>Reboot each node after the work, and wait for its new boot.</summary>
    [Parameter]
    public SwitchParameter Reboot { get; set; }

    /// <summary>The nodes that may be out of service concurrently: <c>2</c>, or <c>10%</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string MaxUnavailable { get; set; } = "1";

    /// <summary>A label key: nodes with different values are never out of service concurrently.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabelKeyCompleter))]
    [ValidateNotNullOrEmpty]
    public string? TopologyKey { get; set; }

    [Parameter]
    public SwitchParameter WaitForReboot { get; set; }

    /// <summary>How long a node may take to be Ready again.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? WaitReadyTimeout { get; set; }

    /// <summary>How long a batch's nodes must stay Ready before the next batch starts.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Soak { get; set; }

    /// <summary>When nodes may be started: days, times and a time zone.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(WindowCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Window { get; set; } = [];

    /// <summary>Also maintain control-plane nodes: last, one at a time, while all others of them are Ready.</summary>
    [Parameter]
    public SwitchParameter IncludeControlPlane { get; set; }

    [Parameter]
    public MaintenanceErrorAction OnError { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = MaintenanceRequest.DefaultNamespace;

    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>Hand the work to the cluster's NodeManager server and return the run immediately.</summary>
    [Parameter]
    public SwitchParameter Detach { get; set; }

    /// <summary>Emit the run when it ends instead of its nodes.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Begin()
    {
        base.Begin();
        DurationAttribute.RequireNotNegative(nameof(WaitReadyTimeout), WaitReadyTimeout);
        DurationAttribute.RequireNotNegative(nameof(Soak), Soak);
        foreach (string window in Window)
            WindowParser.Parse(window, TimeZoneInfo.Local);
        if (Detach)
        {
            RefuseDetached(
                (IsBound(nameof(AsJob)), nameof(AsJob)),
                (ParameterSetName == ByRun, nameof(ResumeId)),
                (ScriptBlock is not null, nameof(ScriptBlock)),
                (Parallel, nameof(Parallel)),
                (NodeCommand is not null, nameof(NodeCommand)),
                (Reboot, nameof(Reboot))
            );
        }

        NodeCommand = MaintenanceCommand.Check(NodeCommand, ScriptBlock is not null);
    }

    private protected override void Process(NodeReference node) => _wanted.Add(node);

    /// <summary>The nodes of a cluster form one run with one confirmation, because its batches depend on all of them.</summary>
    private protected override void End()
    {
        List<ClusterMaintenance> runs = [];
        foreach (IGrouping<NodeManagerSession, NodeReference> group in _wanted.GroupBy(n => n.Session))
            Confirm(
                group.Key,
                Request([.. group.Select(n => n.Target)], DrainOptionsOf(group)),
                $"Maintain {Count(group.Count())} of cluster '{group.Key.Cluster}'",
                runs
            );
        if (ParameterSetName == ByRun)
            AddResumed(runs);
        if (Detach)
            Leave(runs);
        else if (runs.Count > 0 && AsJob)
            StartJob(runs);
        else
            Run(runs);
    }

    private protected override void Output(object value)
    {
        if (value is NodeMaintenanceRun ended && _runs.TryGetValue(ended.Id, out MaintenanceSummary? summary))
            summary.Ended = ended;
        bool isWanted = value switch
        {
            NodeMaintenanceRun => PassThru || Detach,
            NodeMaintenanceResult => !PassThru,
            _ => true,
        };
        if (isWanted)
            base.Output(value);
    }

    private protected override void WriteSummary()
    {
        foreach (MaintenanceSummary run in _runs.Values.Where(r => r.IsInterrupted))
            WriteHost(run.ToString());
    }

    private protected override void WriteAbandoned() => WriteSummary();

    // As Invoke-NodeDrain, a run uses the options of piped plans, but has one set of options.
    private DrainOptions DrainOptionsOf(IEnumerable<NodeReference> nodes) =>
        nodes.Select(OptionsOf).Distinct().ToList() is [var only]
            ? only
            : throw new NodeManagerException(
                ErrorIds.MaintenanceInvalid,
                ErrorKind.InvalidArgument,
                "The piped plans have different options, and a run has one set of options.",
                null,
                "Pipe plans with the same options, or pipe nodes and give the options to Invoke-NodeMaintenance."
            );

    private MaintenanceRequest Request(IReadOnlyList<NodeTarget> nodes, DrainOptions drain) =>
        new()
        {
            Nodes = nodes,
            ResumeId = ResumeId,
            Namespace = Namespace,
            WorkText = ScriptBlock?.ToString() ?? "",
            IsWorkParallel = Parallel || AsJob,
            Explicit = [.. MyInvocation.BoundParameters.Keys.Select(OptionOf)],
            Options = new()
            {
                MaxUnavailable = MaxUnavailable,
                TopologyKey = TopologyKey ?? "",
                WaitForReboot = WaitForReboot,
                NodeCommand = NodeCommand,
                NodeCommandTimeout = NodeCommandTimeout,
                Reboot = Reboot,
                IncludeControlPlane = IncludeControlPlane,
                WaitReadyTimeout = WaitReadyTimeout ?? new MaintenanceOptions().WaitReadyTimeout,
                Soak = Soak ?? TimeSpan.Zero,
                Windows = Window,
                OnError = OnError,
                Drain = drain,
            },
        };

    private static string OptionOf(string parameter) =>
        parameter == nameof(Window)
            ? nameof(MaintenanceOptions.Windows)
            : DrainOption.All.FirstOrDefault(option => option.Parameter == parameter)?.Property.Name ?? parameter;

    private void AddResumed(List<ClusterMaintenance> runs)
    {
        if (Sessions is not [var session])
        {
            throw new NodeManagerException(
                ErrorIds.MaintenanceInvalid,
                ErrorKind.InvalidArgument,
                $"Run {ResumeId} belongs to one cluster, but {Sessions.Count} sessions were given.",
                ResumeId,
                "Specify the session of its cluster."
            );
        }

        Confirm(session, Request([], Options), $"Resume maintenance run '{ResumeId}' in cluster '{session.Cluster}'", runs);
    }

    private void Confirm(NodeManagerSession session, MaintenanceRequest request, string what, List<ClusterMaintenance> runs)
    {
        string action = $"{what}: {string.Join(", ", Steps())}";
        if (IsWhatIf)
        {
            Plan(session, request, action);
            return;
        }

        IReadOnlyList<NodeMaintenancePlan>? plans = [];
        if (
            WillAsk(ConfirmImpact.High)
            && !Sessions.TryRead(session, worker => MaintenancePlanner.PlanBatchesAsync(session, request, worker, worker.Token), out plans)
        )
            return;
        string question = action + Describe(plans);
        if (ShouldProcess(session, action, question, "Maintenance", out _))
            runs.Add(new(session, request));
    }

    private IEnumerable<string> Steps()
    {
        yield return "drain each node";
        if (ScriptBlock is not null)
            yield return "run the script block";
        if (NodeCommand is not null)
            yield return $"run as root on it: {NodeCommand}";
        if (Reboot)
            yield return "reboot it";
        else if (WaitForReboot)
            yield return "wait for its reboot";
        yield return "return it to service";
    }

    private static string Describe(IReadOnlyList<NodeMaintenancePlan> plans)
    {
        if (plans.Count == 0)
            return "";
        List<string> lines = [.. plans.GroupBy(p => p.Batch).Select(b => $"  {b.Key}: {string.Join(", ", b.Select(p => p.Node))}")];
        string[] obstacles = [.. plans.SelectMany(p => p.Obstacles.Select(o => $"  {p.Node}: {o}"))];
        string more = lines.Count > MaximumBatches ? $"{Environment.NewLine}  and {lines.Count - MaximumBatches} more" : "";
        string opens =
            plans.Count > 0 && plans[0].NotBefore is { } at
                ? $"{Environment.NewLine}Not before {at:yyyy-MM-dd HH:mm zzz}, when the window opens."
                : "";
        string warned =
            obstacles.Length == 0
                ? ""
                : $"{Environment.NewLine}Cannot be drained:{Environment.NewLine}{string.Join(Environment.NewLine, obstacles.Take(MaximumBatches))}";
        return $"{Environment.NewLine}Batches:{Environment.NewLine}{string.Join(Environment.NewLine, lines.Take(MaximumBatches))}{more}{opens}{warned}{Environment.NewLine}";
    }

    private static string Count(int nodes) => nodes == 1 ? "1 node" : $"{nodes} nodes";

    private void Plan(NodeManagerSession session, MaintenanceRequest request, string action) =>
        Sessions.StartIn(
            session,
            session,
            async worker =>
            {
                await PermissionCheck.RequireAsync(session, session, DrainPermissions.Of(request.Options.Drain), worker.Token);
                if (NodeCommand is not null || Reboot)
                    await NodeCommandAccess.CheckAsync(session, worker.Token);
                IReadOnlyList<NodeMaintenancePlan> plans = await MaintenancePlanner.PlanAsync(session, request, worker, worker.Token);
                await worker.InvokeAsync(() => ShouldProcess(session, action, action, "Maintenance", out _));
                foreach (NodeMaintenancePlan plan in plans)
                    worker.Output(plan);
            }
        );

    private void Run(List<ClusterMaintenance> runs)
    {
        if (runs.Count == 0)
            return;
        Func<Worker, ClusterNode, CancellationToken, Task<IReadOnlyList<object>>>? work = Work();
        foreach ((NodeManagerSession session, MaintenanceRequest request) in runs)
        {
            Sessions.StartIn(
                session,
                session,
                worker =>
                    RunAsync(worker, session, work is null ? request : request with { Work = (node, token) => work(worker, node, token) })
            );
        }
    }

    private Func<Worker, ClusterNode, CancellationToken, Task<IReadOnlyList<object>>>? Work()
    {
        if (ScriptBlock is not { } script)
            return null;
        if (!Parallel)
            return (worker, node, _) => worker.InvokeAsync(() => ScriptWork.Invoke(script, node));
        IsolatedScript isolated = Isolated(script);
        // One limit for all clusters.
        SemaphoreSlim slots = new(ThrottleLimit);
        return async (worker, node, token) =>
        {
            await slots.WaitAsync(token);
            try
            {
                return await isolated.RunAsync(node, new NodeStreams(worker, node.Name), token);
            }
            finally
            {
                slots.Release();
            }
        };
    }

    private IsolatedScript Isolated(ScriptBlock script) =>
        IsolatedScript.Of(script, InvokeCommand, MyInvocation.MyCommand.Module?.ModuleBase);

    private async Task RunAsync(Worker worker, NodeManagerSession session, MaintenanceRequest request)
    {
        MaintenanceListener listener = new(
            worker,
            run => _runs[run.Id] = new(run, request),
            node => _runs[node.RunId].Record(node),
            node =>
            {
                if (_runs.TryGetValue(node.RunId, out MaintenanceSummary? summary))
                    summary.Record(node);
                worker.Output(node);
                if (MaintenanceFailures.Of(node, request) is { } failure)
                    worker.Error(failure, node);
            }
        );
        MaintenanceOutcome outcome = await NodeMaintainer.RunAsync(session, request, listener, worker.Token);
        worker.Output(outcome.Run);
        if (outcome.Failure is { } ended)
            worker.Error(ended, outcome.Run.Id);
    }

    private void Leave(List<ClusterMaintenance> runs)
    {
        foreach ((NodeManagerSession session, MaintenanceRequest request) in runs)
            Sessions.StartIn(
                session,
                session,
                async worker => worker.Output(await DetachedSubmitter.SubmitAsync(session, request, false, worker.Token))
            );
    }

    private void StartJob(List<ClusterMaintenance> runs)
    {
        NodeMaintenanceJob job = new(MyInvocation.Line.Trim(), runs, ScriptBlock is null ? null : Isolated(ScriptBlock), PassThru);
        JobRepository.Add(job);
        job.Start();
        WriteObject(job);
    }
}
