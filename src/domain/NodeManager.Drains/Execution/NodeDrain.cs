using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Evictions;
using NodeManager.Drains.Options;
using NodeManager.Drains.Planning;
using NodeManager.Drains.Progress;
using NodeManager.Drains.Reporting;
using NodeManager.Drains.Workloads;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Drains.Execution;

/// <summary>The drain of one node, from the cordon to the result. Never throws: every failure becomes part of the result.</summary>
internal sealed class NodeDrain : IAsyncDisposable
{
    private readonly DrainScope _scope;
    private readonly DrainSurvey _survey;
    private readonly PlannedNode _plan;
    private readonly EvictionMeans _means;
    private readonly LastObservation _last;
    private readonly NodeEvents _events;
    private readonly DrainConditions _conditions;
    private readonly DrainProgress _progress;
    private readonly ObjectCache<Pod>? _pods;
    private readonly ObjectCache<Node>? _nodes;
    private readonly List<PodRecord> _records;
    private readonly List<NodeDrainBlocker> _blockers = [];
    private readonly List<string> _warnings;
    private readonly StepLog _steps = new();
    private readonly StepLog _detaching = new();
    private readonly StepLog _replacing = new();
    private readonly CancellationTokenSource _over = new();
    private readonly EndLimit _end;
    private readonly List<Task> _begun = [];
    private VolumeDetachment? _volumes;
    private Replacements? _replacements;
    private Task? _started;
    private readonly DrainLock _hold;
    private bool _isCordoned;

    public NodeDrain(
        DrainScope scope,
        NodeLockUse use,
        DrainSurvey survey,
        PlannedNode plan,
        NodeCaches<Pod> pods,
        NodeCaches<Node> nodes,
        EvictionMeans means,
        IReadOnlyDictionary<string, DrainTurn> turns
    )
    {
        _scope = scope;
        _end = new(scope);
        _hold = new(scope, use);
        _survey = survey;
        _plan = plan;
        _last = new(scope, survey, means.Budgets, plan.Name);
        _means = means;
        _events = new(scope);
        _conditions = new(scope, survey.Server.Minor, AddWarning);
        _progress = new(scope.Observer, scope.Time, plan.Name);
        _pods = pods.Find(plan.Name);
        _nodes = nodes.Find(plan.Name);
        _records = [.. plan.Pods.Select(p => new PodRecord(p) { Turn = turns.GetValueOrDefault(p.Plan.Uid) })];
        _warnings = [.. plan.Warnings];
        _isCordoned = plan.Node?.Spec.Unschedulable == true;
    }

    /// <summary>The lock of another operation on the node, so that nothing was begun; null otherwise.</summary>
    public NodeLock? Busy => _hold.Busy;

    public PlannedNode Plan => _plan;

    public RunningDrain? Running => _hold.Running;

    /// <summary>Cordons the node; meanwhile starts the watch and looks up volumes. Returns the result if the drain ends here.</summary>
    public async Task<NodeDrainResult?> PrepareAsync(CancellationToken cancellationToken)
    {
        if (_plan.Node is not { } node)
        {
            NodeManagerException reason = _survey.MissingNodeError(_plan.Name, _scope.Session.Cluster);
            _blockers.Add(
                new()
                {
                    Kind = reason.ErrorId == ErrorIds.NodeReplaced ? "Node" : "Server",
                    Name = _plan.Name,
                    Message = reason.Message,
                    Remedy = reason.RecommendedAction ?? "",
                }
            );
            return await EndAsync(DrainEnd.Stopped);
        }

        if (_plan.Blockers.Count > 0)
        {
            _blockers.AddRange(_plan.Blockers);
            return await EndAsync(DrainEnd.Refused);
        }

        _progress.Track([.. _records]);
        // The caches may be older than the plan.
        Pods.AddOrUpdate(_plan.Pods.Select(p => p.Pod));
        Nodes.AddOrUpdate(node);
        DrainEnd? end = await GuardAsync(
            async token =>
            {
                Task<VolumeDetachment?> volumes = VolumeDetachment.FindAsync(
                    _scope,
                    _plan.Name,
                    _plan.Pods,
                    _survey.UnselectedPods[_plan.Name],
                    NodeCordon.IsBegun(node),
                    Warn,
                    token
                );
                _steps.Begin(DrainStep.Cordon, "", _scope.Now);
                _isCordoned |= await _hold.TakeAsync(node, Nodes, token);
                _volumes = await volumes;
                if (Busy is not null)
                    return;
                _steps.End(_scope.Now);
                _started = _events.StartedAsync(node, _over.Token);
                await _conditions.BeginAsync(node, _over.Token, token);
            },
            false,
            cancellationToken
        );
        return end is { } ended ? await EndAsync(ended) : null;
    }

    public async Task<NodeDrainResult> RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = new();
        Task warning = new WaitWarnings(_scope, _plan.Name, WaitsAsync).RunAsync(over.Token);
        DrainEnd? end = await GuardAsync(RemoveAllAsync, true, cancellationToken);
        await over.CancelAsync();
        await warning;
        await _end.WaitAsync(Task.WhenAll(Concluding));
        return await EndAsync(end ?? (IsHeld ? DrainEnd.Held : DrainEnd.Complete));
    }

    // Open for every node that is not refused.
    private ObjectCache<Pod> Pods => _pods!;

    private ObjectCache<Node> Nodes => _nodes!;

    private IEnumerable<Task> Concluding => _records.SelectMany(r => (Task?[])[r.Conclusion, r.PendingRequests]).OfType<Task>();

    // Only with one request for each pod can blocked pods remain when the work is done.
    private bool IsHeld =>
        _scope.Options.Once && _records.Exists(r => r.BlockedBy.Count > 0 || r.Workload.Length > 0 || r.Outcome == DrainPodOutcome.Failed);

    public async ValueTask DisposeAsync()
    {
        _progress.Dispose();
        await _hold.DisposeAsync();
        await _over.CancelAsync();
        _replacements?.Dispose();
        _over.Dispose();
        _end.Dispose();
    }

    private async Task RemoveAllAsync(CancellationToken cancellationToken)
    {
        StuckPods stuck = new(_scope, Nodes, _plan.Node?.Metadata.Uid ?? "", Warn);
        PodEvictor evictor = new(_scope, Pods, _means, stuck, _hold.Lock, _progress, Warn);
        LateArrivals late = new(_scope, _survey, Pods, _plan.Name);
        // One synchronous step, so that requests are sent in order.
        if (_records.Exists(r => r.Plan.Decision is DrainDecision.Evict or DrainDecision.Wait))
            await Pods.Synced.WaitAsync(cancellationToken);
        List<PodRecord> round = _records;
        while (round.Count > 0 || late.Rounds == 0)
        {
            await RunConcurrentlyAsync(round.OrderBy(r => r.Turn).Select(r => WorkAsync(evictor, r, cancellationToken)), cancellationToken);
            round = await late.FindAsync(_records, cancellationToken);
            lock (_records)
                _records.AddRange(round);
            _progress.Track([.. _records]);
            if (round.Where(r => r.Plan.Decision == DrainDecision.Refuse).ToList() is { Count: > 0 } refused)
                throw new DrainStoppedException(NodePlanner.Refusal(refused[0].Plan));
        }

        if (_scope.Options.WaitForReplacement)
            _replacements = Replacements.For(_scope, _records, Warn);
        _replacements?.OnChanged = missing => _progress.Phase($"pods to be replaced: {missing}");
        if (_replacements is not null || _volumes is not null)
            _progress.Phase(
                string.Join(
                    " and ",
                    (
                        (string?[])[_volumes is null ? null : "volumes to detach", _replacements is null ? null : "pods to be replaced"]
                    ).OfType<string>()
                )
            );
        await RunConcurrentlyAsync(
            [WaitForReplacementsAsync(cancellationToken), WaitForVolumesAsync(cancellationToken), .. Concluding],
            cancellationToken
        );
    }

    private async Task WaitForReplacementsAsync(CancellationToken cancellationToken)
    {
        if (_replacements is null)
            return;
        _replacing.Begin(DrainStep.Replacement, "", _scope.Now);
        await _replacements.WaitAsync(Warn, cancellationToken);
        _replacing.End(_scope.Now);
    }

    private async Task WaitForVolumesAsync(CancellationToken cancellationToken)
    {
        if (_volumes is null)
            return;
        _detaching.Begin(DrainStep.Detach, "", _scope.Now);
        if (!await _volumes.WaitAsync(Records, Warn, cancellationToken))
            throw new TimeoutException();
        _detaching.End(_scope.Now);
    }

    private Task WorkAsync(PodEvictor evictor, PodRecord record, CancellationToken cancellationToken)
    {
        switch (record.Plan.Decision)
        {
            case DrainDecision.Evict when record.Outcome is null:
                return evictor.EvictAsync(record, cancellationToken);
            case DrainDecision.Wait:
                return evictor.WaitUntilGoneAsync(record, DrainPodOutcome.Gone, cancellationToken);
            default:
                if (record.Outcome is null)
                    record.End(DrainPodOutcome.Skipped, record.Plan.Reason, _scope.Now);
                return Task.CompletedTask;
        }
    }

    // The first failure ends all: GuardAsync stops the others and waits for them.
    private async Task RunConcurrentlyAsync(IEnumerable<Task> tasks, CancellationToken cancellationToken)
    {
        List<Task> all = [.. tasks];
        _begun.AddRange(all);
        await foreach (Task done in Task.WhenEach(all))
            await done;
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Runs a part of the work within the node's timeout; null if it completed.</summary>
    private async Task<DrainEnd?> GuardAsync(Func<CancellationToken, Task> work, bool watchesNode, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = Limit();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        await using CancellationTokenRegistration isUp = timeout.Token.Register(_end.Start),
            isCancelled = cancellationToken.Register(_end.Start);
        Task<bool> deleted = watchesNode
            ? NodeDeletion.WaitAsync(Nodes, _plan.Node, _scope.Time, _scope.Observer, stop.Token)
            : Task.FromResult(false);
        Task working = work(stop.Token);
        Task calledOff = watchesNode ? _hold.Lock.Ended : new TaskCompletionSource().Task;
        try
        {
            Task first = await Task.WhenAny(working, deleted, calledOff);
            if (first == deleted && !await deleted)
                first = await Task.WhenAny(working, calledOff);
            if (first != working && !working.IsCompleted)
            {
                await StopAsync(stop, working);
                return first == deleted ? DrainEnd.NodeDeleted : DrainEnd.CalledOff;
            }

            await working;
            return null;
        }
        catch (Exception exception)
        {
            await StopAsync(stop, working);
            if (cancellationToken.IsCancellationRequested)
                return DrainEnd.Cancelled;
            if (timeout.IsCancellationRequested || exception is TimeoutException)
                return DrainEnd.TimedOut;
            if (FailureBlocker.Of(exception, _scope.Session, _plan.Name) is { } blocker)
                _blockers.Add(blocker);
            return DrainEnd.Stopped;
        }
        finally
        {
            await stop.CancelAsync();
            await deleted;
        }
    }

    // The result is final: no work continues after it.
    private async Task StopAsync(CancellationTokenSource stop, Task working)
    {
        _end.Start();
        await stop.CancelAsync();
        await _end.WaitAsync(working);
        await _end.WaitAsync(Task.WhenAll(_begun));
    }

    private CancellationTokenSource Limit()
    {
        List<Pod> leaving = [.. _records.Where(r => r.Plan.Decision is DrainDecision.Evict or DrainDecision.Wait).Select(r => r.Pod)];
        return _scope.Time.StartLimit(DrainLimit.Of(_scope.Options, leaving) - (_scope.Now - _scope.StartedAt));
    }

    private async Task<NodeDrainResult> EndAsync(DrainEnd end)
    {
        _blockers.AddRange(UnfinishedWaits.Of(_plan.Name, end, _volumes, _replacements));
        _end.Start();
        bool withdraws = end == DrainEnd.Cancelled && _scope.Withdrawal.IsCancellationRequested;
        Task releasing = withdraws ? Task.CompletedTask : _hold.ReleaseAsync(_end.Token);
        Task<IReadOnlyDictionary<string, PodBudget>> inspecting = _last.InspectBudgetsAsync(Records, _end.Token);
        // If refused, the plan has just been read.
        FinalObservation final =
            end == DrainEnd.Refused || _plan.Node is null ? FinalObservation.None : await _last.ReadAsync(_plan.Node, _end.Token);
        if (final.Failure is { } failure && end != DrainEnd.Complete && !_blockers.Exists(b => b.Kind == "Server"))
            _blockers.Insert(
                0,
                new()
                {
                    Kind = "Server",
                    Name = _scope.Session.Server.AbsoluteUri,
                    Message = $"The API server does not answer: {failure}",
                    Remedy = "Check that the API server runs and can be reached, then run the drain again to continue.",
                }
            );
        bool isAnswered = final.Failure is null && end != DrainEnd.Cancelled;
        if (isAnswered)
            _end.Extend();
        bool isWithdrawn = withdraws && await WithdrawAsync(final);
        if (withdraws && !isWithdrawn)
            releasing = _hold.ReleaseAsync(_end.Token);
        NodeDrainResult result = Report(end, final, isWithdrawn, await inspecting).Build();
        _scope.RecordTerminations(_records);
        if (isAnswered)
            _end.Extend();
        Task explaining = BlockerEvents.AddAsync(_scope, result.Blockers, _end.Token);

        // A drain that was not begun leaves no trace.
        if (_started is not null && _plan.Node is { } node && end != DrainEnd.NodeDeleted)
        {
            Node seen = Nodes.Find(node.Metadata.Uid ?? "") ?? node;
            await _end.WaitAsync(
                Task.WhenAll(_events.EndedAsync(_started, node, result, _end.Token), _conditions.EndAsync(seen, result, _end.Token))
            );
        }

        await _end.WaitAsync(releasing);
        await explaining;
        return result;
    }

    private DrainReport Report(DrainEnd end, FinalObservation final, bool isWithdrawn, IReadOnlyDictionary<string, PodBudget> budgets) =>
        new()
        {
            Session = _scope.Session,
            Plan = _plan,
            End = end,
            Records = Records,
            LastSeen = one => _pods?.Find(one),
            Budgets = budgets,
            Blockers = _blockers,
            Warnings = _warnings,
            WasCordoned = _isCordoned,
            FinalObservation = final,
            IsWithdrawn = isWithdrawn,
            CalledOff = _hold.End,
            Watched = _plan.Node?.Metadata.Uid is { } uid ? _nodes?.Find(uid) : null,
            By = _scope.Session.Who(),
            Reason = _scope.Options.Reason,
            NodeSteps = [_steps, _detaching, _replacing],
            StartedAt = _scope.StartedAt,
            EndedAt = _scope.Now,
        };

    private IReadOnlyList<PodRecord> Records
    {
        get
        {
            lock (_records)
                return [.. _records];
        }
    }

    // A pod within its grace period ends by itself.
    private async Task<IReadOnlyList<NodeDrainBlocker>> WaitsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<NodeDrainBlocker> waits = Report(
            DrainEnd.Stopped,
            FinalObservation.None,
            false,
            await _last.InspectBudgetsAsync(Records, cancellationToken)
        ).Waits;
        var due = Records.Where(r => Pods.Find(r.Plan.Uid)?.Overdue(_scope.ServerNow) > TimeSpan.Zero).Select(r => r.Title).ToHashSet();
        return [.. waits.Where(w => w.Kind != "Termination" || due.Contains(w.Name))];
    }

    // Uncordons the node unless a pod was or may have been evicted, or another client changed the drain.
    private async Task<bool> WithdrawAsync(FinalObservation final)
    {
        if (_hold.Annotation is null || final.Node is not { Spec.Unschedulable: true } node || Records.Any(r => r.MayLeave))
            return false;
        // The lock is removed with the cordon.
        _hold.Detach();
        // A node whose drain was called off must not stay cordoned because the server is slow.
        _end.Extend();
        try
        {
            return await NodeCordon.UndoAsync(_scope, node, _hold.Annotation, _end.Token);
        }
        catch (Exception exception)
        {
            _scope.Observer.Verbose($"Node {_plan.Name}: it could not be uncordoned again: {exception.Message}");
            return false;
        }
    }

    private void AddWarning(string warning)
    {
        lock (_warnings)
            _warnings.Add(warning);
    }

    private void Warn(string warning)
    {
        AddWarning(warning);
        _scope.Observer.Warning($"Node {_plan.Name}: {warning}");
    }
}
