using NodeManager.Core.Errors;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Monitoring.Repair.Decisions;

namespace NodeManager.Monitoring.Repair.Execution;

/// <summary>
/// Follows the health of the selected nodes, starts repairs as policy and brake allow, and reports the reasons for the other nodes. Its
/// state is used on the watch's thread only; repairs run concurrently.
/// </summary>
internal sealed class RepairRun : IHealthFollower
{
    // A starting watch may not be connected for a moment; a single check waits for it this long.
    private static readonly TimeSpan BlindLimit = TimeSpan.FromSeconds(30);

    private readonly RepairScope _scope;
    private readonly Action<NodeRepairResult, NodeManagerException?> _report;
    private readonly RepairJudge _judge;
    private readonly RepairBrake _brake;
    private readonly Dictionary<string, NodeTarget>? _candidates;
    private readonly Predicate<string> _isNamed;
    private readonly Dictionary<string, RepairedNode> _nodes = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> _running = [];
    private readonly CancellationToken _stop;
    private readonly DateTimeOffset _startedAt;
    private BrakeDecision? _decision;
    private HealthWatch? _watch;
    private string? _blindness;
    private bool _isChanged = true;
    private bool _isDecided;

    /// <param name="report">Receives each result with its error.</param>
    /// <param name="stop">Stops the repairs.</param>
    public RepairRun(RepairScope scope, Action<NodeRepairResult, NodeManagerException?> report, CancellationToken stop)
    {
        _scope = scope;
        _report = report;
        _stop = stop;
        _judge = new(scope.Policy);
        _brake = new(HealthyMinimum.Parse(scope.Policy.MinHealthy)!, scope.Policy.CoolDown, scope.Policy.MaxPerPool);
        _candidates = scope.Request.Candidates is { } meant
            ? NodeTarget.Distinct(meant).ToDictionary(static one => one.Name, StringComparer.Ordinal)
            : null;
        _isNamed =
            scope.Request.Names.Count > 0
                ? NamePattern.Any(scope.Request.Names.Select(static name => name.ToLowerInvariant()).ToArray())
                : static _ => true;
        _startedAt = scope.Now;
    }

    public IReadOnlyCollection<string> Nodes => [.. _nodes.Values.Select(static node => node.Evaluation?.Uid).OfType<string>()];

    public DateTimeOffset? NextDue { get; private set; }

    /// <summary>Repairs until cancelled; if not continuous, until each node that was unhealthy at the start has a result.</summary>
    public async Task RunAsync()
    {
        _watch = new(_scope.Connection, WatchScope(), this, _scope.Observer);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        Task watching = _watch.RunAsync(ended.Token);
        try
        {
            if (await Task.WhenAny(watching, _decided.Task) == watching)
                await watching;
            while (RunningNow() is { Length: > 0 } running)
                if (await Task.WhenAny(watching, Task.WhenAll(running)) == watching)
                    break;
        }
        finally
        {
            // Repairs need the watch until they end or are stopped.
            if (watching.IsFaulted)
                await ended.CancelAsync();
            await Task.WhenAll(RunningNow());
            await ended.CancelAsync();
            await watching.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        if (watching.IsFaulted)
            await watching;
        _stop.ThrowIfCancellationRequested();
        if (_scope.Claims.Lost.IsCancellationRequested)
            throw _scope.Claims.LossError();
    }

    public void Begin()
    {
        // The nodes follow.
    }

    public void Observe(NodeEvaluation evaluation, DateTimeOffset now, bool isInitial)
    {
        string name = evaluation.Node.Metadata.Name;
        if (!_nodes.TryGetValue(name, out RepairedNode? node))
            _nodes[name] = node = new(name);
        bool isOther = node.Evaluation is { } before && before.Uid != evaluation.Uid;
        // Before the first observation it has been in its state for an unknown time.
        DateTimeOffset begin = isInitial ? DateTimeOffset.MinValue : now;
        bool isFaulty = _judge.FindingOf(evaluation.Findings) is not null;
        bool isHealthy = !isFaulty && evaluation.Node.IsReady() && !RepairJudge.IsDown(evaluation.Findings);
        node.HealthySince =
            !isHealthy ? null
            : isOther ? now
            : node.HealthySince ?? begin;
        node.UnhealthySince =
            !isFaulty ? null
            : isOther ? begin
            : node.UnhealthySince ?? begin;
        if (isHealthy)
            node.FailedUntil = null;

        node.Evaluation = evaluation;
        node.IsChanged = _isChanged = true;
    }

    public void Remove(string uid, DateTimeOffset now)
    {
        if (_nodes.Values.FirstOrDefault(node => node.Evaluation?.Uid == uid) is not { } gone)
            return;
        gone.Evaluation = null;
        gone.HealthySince = gone.UnhealthySince = null;
        if (gone.Repair is null && gone.RepairedAt is null)
            _nodes.Remove(gone.Name);
        _isChanged = true;
    }

    public void Disconnect(string problem, DateTimeOffset now)
    {
        _isChanged |= _blindness is null;
        _blindness = problem;
    }

    public void Reconnect(DateTimeOffset now)
    {
        _isChanged = true;
        _blindness = null;
    }

    public void Publish(DateTimeOffset now)
    {
        if (!_isChanged && !(NextDue <= now))
            return;
        _isChanged = false;
        foreach (RepairedNode node in _nodes.Values.Where(static node => node.Repair is not null))
            node.Repair!.Observation.Set(
                new(
                    node.Evaluation?.Node,
                    node.Evaluation is null ? null : _judge.FindingOf(node.Evaluation.Findings),
                    node.HealthySince,
                    _blindness is not null
                )
            );
        if (_blindness is not null)
        {
            Decide(null, now);
            NextDue = _scope.Request.IsContinuous || _isDecided ? null : _startedAt + BlindLimit;
            if (NextDue <= now)
                Finish(now);
            return;
        }

        List<(RepairedNode Node, RepairSubject Subject, RepairVerdict Verdict)> judged = [.. Judge(now)];
        BrakeDecision decision = Decide([.. judged.Select(one => _judge.Describe(one.Subject, one.Verdict, one.Node.IsInRepair))], now);
        NextDue = judged
            .Where(static one => one.Node.Repair is null)
            .Select(static one => one.Verdict.Due)
            .Append(decision.State == BrakeState.CoolingDown ? decision.Until : null)
            .Min();
        if (_isDecided && !_scope.Request.IsContinuous)
            return;
        HashSet<string> may = [.. decision.MayStart];
        foreach ((RepairedNode node, RepairSubject subject, RepairVerdict verdict) in judged)
        {
            if (node.Repair is not null || !subject.IsCandidate)
                continue;
            if (may.Contains(node.Name) || verdict.IsToBeReleased)
                Start(node, subject, verdict);
            else
                Report(node, subject, verdict, decision);
        }

        if (!_isDecided)
            Finish(now);
    }

    private IEnumerable<(RepairedNode Node, RepairSubject Subject, RepairVerdict Verdict)> Judge(DateTimeOffset now)
    {
        foreach (RepairedNode node in _nodes.Values.OrderBy(static node => node.Name, StringComparer.Ordinal))
        {
            if (node.Evaluation is not { } evaluation)
                continue;
            RepairSubject subject = SubjectOf(node, evaluation, now);
            if (node.IsChanged || node.Verdict is not { } known || known.Due <= now)
                node.Verdict = _judge.Judge(subject, now);
            node.IsChanged = false;
            yield return (node, subject, node.Verdict!);
        }
    }

    private BrakeDecision Decide(IReadOnlyList<FleetNode>? fleet, DateTimeOffset now)
    {
        BrakeDecision decision = _brake.Judge(_decision, fleet, now);
        if (decision.State != (_decision?.State ?? BrakeState.Released))
        {
            if (decision.State == BrakeState.Released)
                _scope.Observer.Verbose("Repairs may start again.");
            else
                _scope.Observer.Warning(
                    $"No repair starts in cluster '{_scope.Session.Cluster}'. {(fleet is null ? _blindness : decision.Reason)}"
                );
        }

        return _decision = decision;
    }

    private void Start(RepairedNode node, RepairSubject subject, RepairVerdict verdict)
    {
        node.ReportedReason = "";
        if (_scope.Request.IsPlan)
        {
            _report(Describe(subject, verdict, NodeRepairStatus.Planned, verdict.Reason, verdict.Message), null);
            return;
        }

        if (_stop.IsCancellationRequested || _scope.Claims.Lost.IsCancellationRequested)
            return;
        NodeRepair repair = new(_scope, node.Evaluation!.Node, verdict.Finding, _judge.PoolOf(subject), _report);
        node.Repair = repair;
        repair.Observation.Set(new(node.Evaluation.Node, verdict.Finding, node.HealthySince, false));
        Task task = Task.Run(() => RunAsync(node, repair), CancellationToken.None);
        lock (_running)
        {
            _running.RemoveAll(static one => one.IsCompleted);
            _running.Add(task);
        }
    }

    private async Task RunAsync(RepairedNode node, NodeRepair repair)
    {
        RepairEnd end = await repair.RunAsync(() => _watch!.Post(_ => _isChanged = true), _stop);
        _watch!.Post(now =>
        {
            node.Repair = null;
            node.IsLeft = end.Status is not (NodeRepairStatus.Repaired or NodeRepairStatus.Recovered);
            node.IsChanged = _isChanged = true;
            if (end.Status is NodeRepairStatus.Repaired or NodeRepairStatus.Recovered)
                node.RepairedAt = now;
            if (end.Status is NodeRepairStatus.Failed or NodeRepairStatus.Interrupted)
                node.FailedUntil = end.Reason == NodeRepairReason.NotRecovered ? DateTimeOffset.MaxValue : now + _scope.Policy.CoolDown;
            if (end.HeldBy.Length > 0)
                node.Held = (end.HeldBy, now + _scope.Policy.CoolDown);
            if (node.Evaluation is null && node.RepairedAt is null)
                _nodes.Remove(node.Name);
        });
    }

    // Once for each reason, and only for a node with a finding to repair, or a named one.
    private void Report(RepairedNode node, RepairSubject subject, RepairVerdict verdict, BrakeDecision decision)
    {
        if (verdict.Finding is null && (_scope.Request.IsContinuous || _candidates is null))
        {
            node.ReportedReason = "";
            return;
        }

        (string reason, string message) = !verdict.MayBeRepaired
            ? (verdict.Reason, verdict.Message)
            : decision.State switch
            {
                BrakeState.Held => (NodeRepairReason.TooFewHealthy, $"{decision.Reason} (-MinHealthy {_scope.Policy.MinHealthy})"),
                BrakeState.CoolingDown => (
                    NodeRepairReason.CoolDown,
                    $"{decision.Reason} Until {decision.Until:u} (-CoolDown {HumanDuration.Format(_scope.Policy.CoolDown)})."
                ),
                BrakeState.Blind => (NodeRepairReason.Unreachable, decision.Reason),
                _ => (
                    NodeRepairReason.PoolLimit,
                    $"As many nodes of {PoolText(_judge.PoolOf(subject))} are in repair as -MaxPerPool allows: {_scope.Policy.MaxPerPool}."
                ),
            };
        if (node.ReportedReason == reason)
            return;
        node.ReportedReason = reason;
        NodeManagerException? failure = subject.IsReplaced
            ? ErrorTranslator.NodeReplaced(subject.Name, subject.ExpectedUid, subject.Node.Metadata.Uid, _scope.Session.Cluster)
            : SkipFailure(subject.Name, message);
        _report(Describe(subject, verdict, NodeRepairStatus.Skipped, reason, message), failure);
    }

    // A user who names a node expects its repair; a selection is only a scope.
    private NodeManagerException? SkipFailure(string node, string message) =>
        !_scope.Request.IsContinuous && _scope.Request.IsNamed && _scope.Request.Names.Contains(node, StringComparer.OrdinalIgnoreCase)
            ? new(
                ErrorIds.NodeNotRepaired,
                ErrorKind.InvalidOperation,
                $"Node '{node}' of cluster '{_scope.Session.Cluster}' was not repaired. {message}",
                node,
                "Change what the message names (a parameter of the policy), or repair the node manually."
            )
            : null;

    // The only evaluation of a repair that is not continuous: missing named nodes get a result, too.
    private void Finish(DateTimeOffset now)
    {
        _isDecided = true;
        foreach (NodeTarget missing in _candidates?.Values.Where(one => _nodes.GetValueOrDefault(one.Name)?.Evaluation is null) ?? [])
        {
            bool isBlind = _blindness is not null;
            _report(
                Absent(
                    missing,
                    isBlind ? NodeRepairReason.Unreachable : NodeRepairReason.NodeGone,
                    isBlind ? _blindness! : "The node is not among the selected nodes.",
                    now
                ),
                null
            );
        }

        if (_scope.Request.IsContinuous)
            return;
        if (_blindness is null)
        {
            foreach (
                string name in _scope.Request.Names.Where(name =>
                    !NamePattern.IsWildcard(name) && _nodes.GetValueOrDefault(name.ToLowerInvariant())?.Evaluation is null
                )
            )
            {
                NodeManagerException missing = NodeReader.Missing(name, _scope.Session.Cluster);
                _report(Absent(new(name), NodeRepairReason.NodeGone, missing.Message, now), missing);
            }
        }

        _decided.TrySetResult();
    }

    private NodeRepairResult Absent(NodeTarget node, string reason, string message, DateTimeOffset now) =>
        new()
        {
            Session = _scope.Session,
            Cluster = _scope.Session.Cluster,
            Node = node.Name,
            NodeUid = node.Uid,
            Status = NodeRepairStatus.Skipped,
            Reason = reason,
            Message = message,
            StartedAt = now,
            EndedAt = now,
        };

    private RepairSubject SubjectOf(RepairedNode node, NodeEvaluation evaluation, DateTimeOffset now) =>
        new(evaluation.Node, evaluation.Findings)
        {
            // A repair that ended without releasing the node left it as another process's repair does.
            Run = node is { Repair: null, IsLeft: true } ? "" : _scope.Claims.Run,
            IsCandidate = _candidates?.ContainsKey(node.Name) ?? _isNamed(node.Name),
            HasRepair = node.Repair is not null,
            ExpectedUid = _candidates?.GetValueOrDefault(node.Name).Uid ?? _scope.Request.Uids.GetValueOrDefault(node.Name, ""),
            ClockOffset = _scope.ClockOffset,
            SeenSince = node.UnhealthySince,
            RepairedAt = node.RepairedAt,
            FailedUntil = node.FailedUntil,
            HeldBy = node.Held.Until > now ? node.Held.Run : "",
        };

    private NodeRepairResult Describe(RepairSubject subject, RepairVerdict verdict, string status, string reason, string message) =>
        new()
        {
            Session = _scope.Session,
            Cluster = _scope.Session.Cluster,
            Node = subject.Name,
            NodeUid = subject.Node.Metadata.Uid ?? "",
            Pool = _judge.PoolOf(subject),
            Status = status,
            Reason = reason,
            Message = message,
            Cause = verdict.Finding?.Cause ?? "",
            Finding = verdict.Finding,
            Steps =
                status == NodeRepairStatus.Planned && verdict.Finding is not null
                    ? new([.. _scope.Policy.Steps().Select(static step => new NodeRepairStep { Action = step.Action.ToString() })])
                    : ItemList<NodeRepairStep>.Empty,
        };

    // Names select the nodes to repair. The minimum of healthy nodes counts all of them.
    private HealthScope WatchScope() => HealthScope.Of(_scope.Session, [], _scope.Request.Selector);

    private Task[] RunningNow()
    {
        lock (_running)
            return [.. _running.Where(static one => !one.IsCompleted)];
    }

    private static string PoolText(string pool) => pool.Length > 0 ? $"pool {pool}" : "no pool";
}
