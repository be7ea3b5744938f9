using System.Globalization;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Progress;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Drains.Reporting;
using NodeManager.Jobs;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Batches;
using NodeManager.Maintenance.Detached;
using NodeManager.Maintenance.Options;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Cordons nodes and evicts their pods within their PDBs. Emits one result per node.</summary>
[Cmdlet(
    VerbsLifecycle.Invoke,
    "NodeDrain",
    DefaultParameterSetName = ByObject,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High
)]
[OutputType(typeof(NodeDrainResult), typeof(NodeDrainPlan), typeof(NodeMaintenanceRun), typeof(Job))]
public sealed class InvokeNodeDrainCommand : DrainRunCmdlet
{
    private readonly List<NodeReference> _wanted = [];
    private readonly List<NodeReference> _imagined = [];
    private readonly List<NodeDrainResult> _interrupted = [];
    private readonly List<NodeDrainResult> _ended = [];
    private readonly CancellationTokenSource _withdrawal = new();
    private NodeManagerException? _failure;

    /// <summary>Try each eviction once, and skip refused pods.</summary>
    [Parameter]
    public SwitchParameter Once { get; set; }

    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>Hand the drain to the cluster's NodeManager server and return the run immediately.</summary>
    [Parameter]
    public SwitchParameter Detach { get; set; }

    /// <summary>With <c>-Detach</c>: when the drain may start, as days, times and a time zone.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(WindowCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Window { get; set; } = [];

    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = MaintenanceRequest.DefaultNamespace;

    private protected override void Begin()
    {
        base.Begin();
        foreach (string window in Window)
            WindowParser.Parse(window, TimeZoneInfo.Local);
        if (Detach)
        {
            RefuseDetached((AsJob, nameof(AsJob)));
        }
        else if (IsBound(nameof(Window)) || IsBound(nameof(Namespace)))
        {
            throw new NodeManagerException(
                ErrorIds.DetachInvalid,
                ErrorKind.InvalidArgument,
                "-Window and -Namespace need -Detach.",
                null,
                "Add -Detach, or remove -Window and -Namespace."
            );
        }
    }

    private protected override DrainOptions Options => base.Options with { StopAtFailure = StopsAtErrors && !AsJob };

    private protected override void Process(NodeReference node)
    {
        if (IsWhatIf)
        {
            _imagined.Add(node);
            return;
        }

        string question = Question(node),
            warning = question + "?";
        if (
            WillAsk(ConfirmImpact.High)
            && !Checks(node.Name, async worker => warning = DrainQuestion.Of(warning, await PlanAsync(worker, node)))
        )
            return;
        if (ShouldProcess(node.Session, question, warning, "Drain", out _))
            _wanted.Add(node);
    }

    // Only a prompt needs a plan here; the drain makes its own.
    private async Task<NodeDrainPlan> PlanAsync(Worker worker, NodeReference node)
    {
        await NodeEditor.ReadAsync(node.Session, node.Target, worker.Token);
        return (await DrainPlanner.PlanAsync(node.Session, [node.Target], OptionsOf(node), worker.Token))[0];
    }

    private string Question(NodeReference node) => $"Drain {node}: {OptionsOf(node).Describe()}";

    /// <summary>Nodes of a cluster are drained together, so that evicted pods do not move to one that is drained next.</summary>
    private protected override void End()
    {
        Plan(
            _imagined,
            (worker, node) => worker.InvokeAsync(() => ShouldProcess(node.Session, Question(node), Question(node) + "?", "Drain", out _))
        );
        RefuseFormer();
        List<DrainRequest> runs =
        [
            .. _wanted
                .GroupBy(n => (n.Session, Options: OptionsOf(n)))
                .Select(g => new DrainRequest(g.Key.Session, [.. g.Select(n => n.Target)], Limited(g.Key.Session, g.Key.Options, g))),
        ];
        if (Detach)
        {
            Submit(runs);
            return;
        }

        if (AsJob && runs.Count > 0)
        {
            NodeDrainJob job = new(MyInvocation.Line.Trim(), runs);
            JobRepository.Add(job);
            job.Start();
            WriteObject(job);
            return;
        }

        foreach (DrainRequest run in runs)
        {
            Sessions.StartIn(
                run.Session,
                run.Session,
                async worker =>
                {
                    IOperationObserver observer = runs.Count > 1 ? new ClusterProgress(worker, run.Session) : worker;
                    try
                    {
                        await foreach (DrainOutcome outcome in NodeOperations.DrainAsync(run, observer, _withdrawal.Token, worker.Token))
                            Report(worker, outcome);
                    }
                    catch (NodeManagerException failure) when (StopsAtErrors)
                    {
                        StopAt(failure);
                    }
                }
            );
        }

        if (!StopsAtErrors)
            return;
        Pump.WaitForWork();
        if (_failure is { } first)
            Fail(new NodeManagerException(first.ErrorId, first.Kind, first.Message, _ended.ToArray(), first.RecommendedAction), null);
    }

    // A drain has one target for each name: an object of a former node must not displace the current node.
    private void RefuseFormer()
    {
        NodeReference[] former =
        [
            .. _wanted
                .GroupBy(static n => (n.Session, n.Name))
                .Where(static same => same.Count() > 1)
                .SelectMany(static same => same)
                .Where(n => !Checks(n.Name, worker => NodeEditor.ReadAsync(n.Session, n.Target, worker.Token))),
        ];
        _wanted.RemoveAll(former.Contains);
    }

    private void Submit(List<DrainRequest> runs)
    {
        foreach (DrainRequest run in runs)
        {
            MaintenanceRequest request = new()
            {
                Nodes = run.Nodes,
                Namespace = Namespace,
                Options = new() { Drain = run.Options, Windows = Window },
            };
            Sessions.StartIn(
                run.Session,
                run.Session,
                async worker => worker.Output(await DetachedSubmitter.SubmitAsync(run.Session, request, true, worker.Token))
            );
        }
    }

    private static DrainOptions Limited(NodeManagerSession session, DrainOptions options, IEnumerable<NodeReference> nodes)
    {
        List<NodeDrainPlan?> plans = [.. nodes.Select(n => n.Plan)];
        return plans.Contains(null) || session.Configuration.DrainTimeout is not null
            ? options
            : options.For([.. plans.OfType<NodeDrainPlan>()]);
    }

    private protected override void Output(object value)
    {
        if (value is NodeDrainResult result)
            (IsStopped ? _interrupted : _ended).Add(result);
        base.Output(value);
    }

    private protected override void WriteSummary()
    {
        WriteInterrupted();
        if (_wanted.Count > 0 && !Detach)
            WriteAdvice();
    }

    private protected override void WriteAbandoned()
    {
        WriteInterrupted();
        if (_interrupted.Count > 0)
            WriteAdvice();
    }

    private void WriteInterrupted()
    {
        foreach (NodeDrainResult result in _interrupted)
        {
            WriteHost(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{result.Node}: {result.Status}; {result.Evicted} of {result.Evicted + result.Remaining} pods evicted; the node {(result.Cordoned ? "stays cordoned" : "is not cordoned")}.{DrainLeftovers.Describe(result.Blockers)}"
                )
            );
        }
    }

    private void WriteAdvice() =>
        WriteHost("To continue, run Invoke-NodeDrain again. To return the nodes to service, use Resume-NodeScheduling.");

    private void Report(Worker worker, DrainOutcome outcome)
    {
        if (outcome.Result is { } result)
            worker.Output(result);
        if (outcome.Failure is not { } failure)
            return;
        if (StopsAtErrors)
            StopAt(failure);
        else
            worker.Error(failure, failure.Target);
    }

    // An error written now would end the pipeline before the other nodes' results.
    private void StopAt(NodeManagerException failure)
    {
        Interlocked.CompareExchange(ref _failure, failure, null);
        _withdrawal.Cancel();
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            _withdrawal.Dispose();
    }
}
