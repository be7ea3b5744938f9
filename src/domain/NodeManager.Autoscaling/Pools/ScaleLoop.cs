using NodeManager.Autoscaling.Decisions;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Controllers.Queueing;

namespace NodeManager.Autoscaling.Pools;

/// <summary>Plans, records each decision with its reason, and has claims created and deleted. One run at a time.</summary>
internal sealed class ScaleLoop(AutoscalerScope scope, ScaleInputs inputs, ClaimCreator creator)
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    // The same input gives the same plan, except for data without a watch, such as an annotation that protects a pod.
    private static readonly TimeSpan Oldest = TimeSpan.FromMinutes(5);

    // More than the jitter of two clock readings.
    private static readonly TimeSpan Jump = TimeSpan.FromSeconds(5);

    private readonly BufferReporter _buffers = new(scope, inputs.Buffers);
    private ScaleMemory _memory = ScaleMemory.Empty;
    private long _plannedAt,
        _latestAt,
        _plannedOn = -1;
    private TimeSpan? _nextAfter;
    private (DateTimeOffset Time, long Stamp)? _clock;

    /// <summary>Null before the first plan.</summary>
    public ScalePlan? Latest { get; private set; }

    public async Task<ReconcileResult> RunAsync(CancellationToken cancellationToken)
    {
        inputs.Buffers.Refresh();
        scope.Counters.Checked(scope.Time.GetUtcNow());
        bool isNew = await inputs.Devices.RefreshAsync(inputs.Pods.Items, cancellationToken);
        if (await inputs.Thresholds.RefreshAsync(scope.Nodes.Items, cancellationToken) || isNew)
            inputs.RecordChange();
        long changes = inputs.Changes;
        if (changes == _plannedOn && (HasNothing || scope.Time.GetElapsedTime(_plannedAt) < Oldest) && !(Remaining <= TimeSpan.Zero))
            return ReconcileResult.RequeueAfter(Pause());
        FollowClock();
        ScaleInput input = inputs.Read(_memory);
        long start = scope.Time.GetTimestamp();
        ScalePlan plan = scope.Options.Planner.Plan(input);
        (_memory, Latest, _latestAt, _nextAfter) = (plan.Memory, plan, start, plan.NextChangeAt - input.Now);
        scope.Counters.Planned(scope.Time.GetElapsedTime(start), scope.Time.GetUtcNow());
        Record(input, plan);
        await ObserveAsync(input, plan, cancellationToken);
        TimeSpan? due = await CreateAsync(input, plan, cancellationToken);
        if (plan.Nodes.Any(static node => node.Decision == AutoscalerDecision.Remove))
            await RemoveAsync(plan, cancellationToken);
        await _buffers.ReportAsync(plan.Buffers, cancellationToken);
        if (due is { } pause)
            return ReconcileResult.RequeueAfter(pause > AtOnce ? pause : AtOnce);
        (_plannedAt, _plannedOn) = (scope.Time.GetTimestamp(), changes);
        return ReconcileResult.RequeueAfter(Pause());
    }

    // No pod waits and no node belongs to a pool, so an unreported change cannot matter. In a large cluster a plan costs more than all
    // heartbeats of its minutes.
    private bool HasNothing => Latest is { Machines.Count: 0, Nodes.Count: 0, Pods.Count: 0, Buffers.Count: 0 };

    // A clock that is set forward must not end a window, and one that is set back must not extend it.
    private void FollowClock()
    {
        (DateTimeOffset Time, long Stamp) now = (scope.Time.GetUtcNow(), scope.Time.GetTimestamp());
        if (
            _clock is { } last
            && now.Time - last.Time - scope.Time.GetElapsedTime(last.Stamp, now.Stamp) is var jump
            && jump.Duration() > Jump
        )
            _memory = _memory.Shift(jump);
        _clock = now;
    }

    // The time until the plan changes by itself; null: it does not. The earlier of wall clock and elapsed time: a clock that is set back
    // would delay it.
    private TimeSpan? Remaining
    {
        get
        {
            if (Latest?.NextChangeAt is not { } at || _nextAfter is not { } after)
                return null;
            TimeSpan byClock = at - scope.Time.GetUtcNow(),
                byTimer = after - scope.Time.GetElapsedTime(_latestAt);
            return byClock < byTimer ? byClock : byTimer;
        }
    }

    private TimeSpan Pause()
    {
        TimeSpan next = Remaining ?? Longest;
        return next > Longest ? Longest
            : next > AtOnce ? next
            : AtOnce;
    }

    /// <summary>When a new plan is needed; null: this one is complete.</summary>
    private async Task<TimeSpan?> CreateAsync(ScaleInput input, ScalePlan plan, CancellationToken cancellationToken)
    {
        HashSet<string> planned = [.. input.Claims.Select(static one => one.Metadata.Uid!)];
        List<TimeSpan?> pauses = [];
        foreach (IGrouping<string, NodeScalePlanMachine> machines in plan.Machines.GroupBy(static one => one.Pool, StringComparer.Ordinal))
        {
            if (input.Pools.FirstOrDefault(one => one.Metadata.Name == machines.Key) is { } pool)
                pauses.Add(await creator.CreateAsync(pool, [.. machines], plan.Plans, planned, cancellationToken));
        }

        return pauses.Min();
    }

    // Before anything is created: the next process must not plan a contradicted machine again.
    private async Task ObserveAsync(ScaleInput input, ScalePlan plan, CancellationToken cancellationToken)
    {
        foreach ((string name, PoolObservations observations) in plan.Observations)
        {
            if (input.Pools.FirstOrDefault(one => one.Metadata.Name == name) is not { } pool)
                continue;
            await scope.PoolWriter.AnnotateAsync(pool, NodeSmithNames.ObservationsAnnotation, observations.ToJson(), cancellationToken);
            scope.Counters.Contradicted(name);
            await scope.RecordEventAsync(
                pool,
                "Warning",
                AutoscalerReason.NotAsPlanned,
                observations.Attempts[^1].Message,
                cancellationToken
            );
        }
    }

    // Planned removals are verified with the server's data, one after another: each removal affects the next.
    private async Task RemoveAsync(ScalePlan plan, CancellationToken cancellationToken)
    {
        await inputs.CatchUpAsync(cancellationToken);
        foreach (NodeScalePlanNode planned in plan.Nodes.Where(static node => node.Decision == AutoscalerDecision.Remove))
        {
            ScaleInput input = inputs.Read(_memory);
            if (scope.Options.Planner.Confirm(input, planned) is not { } node)
                continue;
            if (node.Decision != AutoscalerDecision.Remove)
            {
                scope.Decisions.Record(node.Pool, TargetOf(node), node.Decision, $"{node.Reason}: {node.Message}");
                continue;
            }

            NodeSmithPool? pool = input.Pools.FirstOrDefault(one => one.Metadata.Name == node.Pool);
            NodeSmithClaim? claim = input.Claims.FirstOrDefault(one => one.Metadata.Name == node.Claim && one.Spec.PoolRef == node.Pool);
            if (pool is null || claim is null || claim.Metadata.DeletionTimestamp is not null)
                continue;
            if (
                await creator.RemoveAsync(
                    pool,
                    claim,
                    $"{node.Reason}: {node.Message}",
                    keepMinimum: node.Reason != AutoscalerReason.Reclaimed,
                    cancellationToken
                )
            )
                await scope.PoolWriter.KeepStatusAsync(
                    scope.Pools.Find(pool.Metadata.Uid!) ?? pool,
                    static _ => true,
                    status => status.LastScaleActivity = scope.Now,
                    cancellationToken
                );
        }
    }

    private static string TargetOf(NodeScalePlanNode node) => node.Node.Length > 0 ? $"node/{node.Node}" : $"claim/{node.Claim}";

    private void Record(ScaleInput input, ScalePlan plan)
    {
        foreach (NodeScalePlanPool pool in plan.Pools)
            scope.Decisions.Record(pool.Pool, DecisionLog.PoolTarget, pool.Decision, $"{pool.Reason}: {pool.Message}");
        foreach (NodeScalePlanPod pod in plan.Pods)
            scope.Decisions.Record(pod.Pool, TargetOf(pod.Namespace, pod.Name), pod.Decision, $"{pod.Reason}: {pod.Message}");
        foreach (NodeScalePlanNode node in plan.Nodes)
            scope.Decisions.Record(node.Pool, TargetOf(node), node.Decision, $"{node.Reason}: {node.Message}");
        End(input, plan);
    }

    // Ends targets without a current decision, so that a replay omits them.
    private void End(ScaleInput input, ScalePlan plan)
    {
        HashSet<(string Pool, string Target)> pods = [.. plan.Pods.Select(static pod => (pod.Pool, TargetOf(pod.Namespace, pod.Name)))];
        HashSet<string> waiting = [.. pods.Select(static one => one.Target)];
        Lazy<ILookup<string, Pod>> known = new(() =>
            input.Pods.ToLookup(static pod => TargetOf(pod.Metadata.Namespace ?? "", pod.Metadata.Name), StringComparer.Ordinal)
        );
        scope.Decisions.EndOthers(
            "pod/",
            pods,
            target =>
                waiting.Contains(target) ? null
                : known.Value[target].FirstOrDefault()?.Spec.NodeName is { Length: > 0 } node
                    ? $"{AutoscalerReason.Scheduled}: The scheduler has placed the pod on node '{node}'."
                : "The pod was deleted."
        );
        HashSet<(string Pool, string Target)> nodes = [.. plan.Nodes.Select(static node => (node.Pool, TargetOf(node)))];
        HashSet<string> there = [.. nodes.Select(static one => one.Target)];
        scope.Decisions.EndOthers(
            "node/",
            nodes,
            target => there.Contains(target) ? null : "The node was deleted, or is no longer in a managed pool."
        );
        scope.Decisions.EndOthers(
            "machine/",
            new HashSet<(string, string)>(plan.Machines.Select(static machine => (machine.Pool, $"machine/{machine.Id}"))),
            static _ => "The machine is no longer required."
        );
    }

    private static string TargetOf(string ns, string name) => $"pod/{ns}/{name}";
}
