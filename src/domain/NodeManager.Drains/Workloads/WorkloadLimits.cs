using NodeManager.Controllers.Caching;
using NodeManager.Drains.Budgets;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Planning;
using NodeManager.Drains.Progress;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Workloads;

/// <summary>
/// Keeps workloads without a PDB available while several nodes are drained: a ready pod is evicted only while few enough pods of its workload
/// are unavailable. Delays, never blocks. Thread-safe.
/// </summary>
internal sealed class WorkloadLimits : IAsyncDisposable
{
    private readonly DrainScope _scope;
    private readonly DepartingPods _departing;
    private readonly Dictionary<string, Pod> _examples;
    private readonly HashSet<string> _dead;
    private readonly string? _namespace;
    private readonly TimeSpan _wait;
    private readonly Dictionary<string, SortedSet<WorkloadTurn>> _waitingByOwner = [];
    private readonly HashSet<string> _gone = [];
    private readonly Dictionary<string, (WorkloadPace Pace, WorkloadWait Wait)> _paces = [];
    private readonly CancellationTokenSource _over = new();
    private TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _running;
    private long _number;
    private bool _isLifted;

    /// <param name="plans">All nodes of the run.</param>
    public WorkloadLimits(DrainScope scope, IReadOnlyList<PlannedNode> plans)
    {
        _scope = scope;
        _departing = scope.Connection.Get<DepartingPods>();
        _wait = scope.Options.WorkloadWait ?? WorkloadRules.DefaultWait;
        _dead = plans.Where(static p => KubeletRules.Trouble(p.Node) is not null).Select(static p => p.Name).ToHashSet();
        // One pod may always be missing: nothing is read for workloads with one pod on these nodes.
        _examples = scope.Options.LimitsWorkloads
            ? plans
                .SelectMany(static p => p.Pods)
                .Where(p => WorkloadShare.IsLimited(p) && !_dead.Contains(p.Plan.Node))
                .GroupBy(static p => WorkloadRules.KeyOf(p.Pod)!)
                .Where(static pods => pods.Skip(1).Any())
                .ToDictionary(static pods => pods.Key, static pods => pods.First().Pod)
            : [];
        string?[] namespaces = [.. _examples.Values.Select(static p => p.Metadata.Namespace).Distinct()];
        _namespace = namespaces is [{ } one] ? one : null;
    }

    /// <summary>
    /// Waits until the pod may be evicted as far as its workload is concerned. False if it may not and the drain tries each pod once.
    /// </summary>
    /// <param name="changed">Called when what the pod waits for changes.</param>
    /// <param name="warn">Called if it may go although no replacement became ready.</param>
    public async Task<bool> WaitAsync(
        PodRecord record,
        ObjectCache<Pod> pods,
        BudgetRegistry budgets,
        Action changed,
        Action<string> warn,
        CancellationToken cancellationToken
    )
    {
        if (pods.Find(record.Plan.Uid) is not { } pod || Enter(pod, record.Turn, budgets) is not { } entered)
            return true;
        using WorkloadTurn turn = entered;
        while (true)
        {
            Task waitChanged = turn.WaitChanged;
            (Pod? now, Task moved) = pods.Observe(record.Plan.Uid);
            if (turn.Passed.IsCompleted)
                break;
            if (now is null || now.IsTerminating() || !now.IsReady())
                return true;
            if (turn.Wait is { } wait)
            {
                record.RecordWait($"replacements of {wait.Workload}", () => wait.Reason, DrainStep.Workload, wait.Workload, _scope.Now);
                changed();
                if (_scope.Options.Once)
                    return false;
            }

            await _scope.Time.WaitForChangeAsync([turn.Passed, waitChanged, moved], null, cancellationToken);
        }

        if (turn.Concession.Length > 0)
            warn(turn.Concession);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        if (_running is not null)
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_departing.Lock)
            _departing.Uids.ExceptWith(_gone);
        _over.Dispose();
    }

    // Null for a pod that nothing limits.
    private WorkloadTurn? Enter(Pod pod, DrainTurn turn, BudgetRegistry budgets)
    {
        if (
            _examples.Count == 0
            || !pod.IsReady()
            || _dead.Contains(pod.Spec.NodeName ?? "")
            || WorkloadRules.KeyOf(pod) is not { } workload
            || !_examples.ContainsKey(workload)
            || budgets.Covering(pod).Count > 0
        )
            return null;
        lock (_departing.Lock)
        {
            if (_isLifted)
                return null;
            WorkloadTurn entered = new(pod, turn, _number++, Leave);
            if (!_waitingByOwner.TryGetValue(entered.Owner, out SortedSet<WorkloadTurn>? waiting))
                _waitingByOwner.Add(entered.Owner, waiting = []);
            waiting.Add(entered);
            _running ??= Task.Run(() => RunAsync(_over.Token), CancellationToken.None);
            Interlocked.Exchange(ref _entered, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
            return entered;
        }
    }

    private void Leave(WorkloadTurn turn)
    {
        lock (_departing.Lock)
        {
            if (_waitingByOwner.TryGetValue(turn.Owner, out SortedSet<WorkloadTurn>? waiting) && waiting.Remove(turn) && waiting.Count == 0)
                _waitingByOwner.Remove(turn.Owner);
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using WorkloadWatch watch = new(_scope, _namespace);
        try
        {
            Task scales = AddScalesAsync(watch, cancellationToken);
            DateTimeOffset started = _scope.Now;
            while (true)
            {
                Task entered = _entered.Task;
                (WorkloadCache? known, Task changed) = watch.Observe(static cache => cache);
                TimeSpan? recheck = _wait - (_scope.Now - started);
                if (known is not null && scales.IsCompleted)
                    recheck = watch.Read(Advance);
                else if (recheck <= TimeSpan.Zero)
                    throw new TimeoutException($"They were not listed within {HumanDuration.Format(_wait)}.");
                List<Task> events = [entered, changed, watch.Failed];
                if (!scales.IsCompleted)
                    events.Add(scales);
                await _scope.Time.WaitForChangeAsync(events, recheck, cancellationToken);
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Lift(failure);
        }
    }

    // The owners of other kinds than those that are watched.
    private async Task AddScalesAsync(WorkloadWatch watch, CancellationToken cancellationToken)
    {
        ScaleReader reader = new(_scope.Client);
        foreach (Pod pod in _examples.Values)
        {
            if (
                pod.Controller() is { } owner
                && owner is not { Kind: "ReplicaSet" or "StatefulSet", ApiVersion: "apps/v1" }
                && await reader.ReadAsync(owner, pod.Metadata.Namespace ?? "", cancellationToken) is { } replicas
            )
                watch.Add(owner.Uid, $"{owner.Kind} {pod.Metadata.Namespace}/{owner.Name}", replicas);
        }
    }

    // Returns after how long to judge again if nothing changes.
    private TimeSpan? Advance(WorkloadCache cache)
    {
        TimeSpan? recheck = null;
        lock (_departing.Lock)
        {
            List<IGrouping<string, string>> waiting = [.. _waitingByOwner.Keys.GroupBy(cache.RootOf)];
            IReadOnlyDictionary<string, WorkloadPods> workloads = cache.Of(waiting.Select(w => w.Key).ToHashSet(), _departing.Uids);
            foreach (IGrouping<string, string> owners in waiting)
            {
                if (!workloads.TryGetValue(owners.Key, out WorkloadPods? pods) || pods.Desired < 2)
                    LetPass([.. owners], int.MaxValue, "");
                else if (Advance(owners.Key, [.. owners], pods) is { } wait && !(recheck <= wait))
                    recheck = wait;
            }
        }

        return recheck;
    }

    // Null if no pod has to wait.
    private TimeSpan? Advance(string uid, IReadOnlyList<string> owners, WorkloadPods pods)
    {
        if (!_paces.TryGetValue(uid, out (WorkloadPace Pace, WorkloadWait Wait) known))
            _paces.Add(uid, known = (new(_wait), new(pods.Title)));
        (WorkloadPace pace, WorkloadWait shared) = known;
        int limit = WorkloadRules.Limit(_scope.Options.WorkloadMaxUnavailable, pods.Desired, pods.MaxUnavailable);
        DateTimeOffset now = _scope.Now;
        int ready = pods.Ready;
        while (owners.Any(_waitingByOwner.ContainsKey))
        {
            (int count, TimeSpan wait) = pace.Next(now, ready, pods.Desired, pods.IsStuck, limit);
            if (count == 0)
            {
                shared.Update(pods, limit);
                foreach (string owner in owners)
                foreach (WorkloadTurn turn in _waitingByOwner.GetValueOrDefault(owner) ?? [])
                    turn.ReportWait(shared);
                return wait;
            }

            string concession = pace.Concedes
                ? $"{pods.Title}: no replacement {(pods.IsStuck ? "is starting" : $"became ready within {HumanDuration.Format(_wait)}")}, so more of its pods are evicted than {limit} at a time ({pods.Describe(named: 1)})."
                : "";
            count = LetPass(owners, count, concession);
            ready -= count;
            pace.RecordEvictions(now, count);
        }

        return null;
    }

    // Returns how many pods passed.
    private int LetPass(IReadOnlyList<string> owners, int atMost, string concession)
    {
        // One warning for each node.
        HashSet<string> nodes = [];
        for (int count = 0; count < atMost; count++)
        {
            if (owners.Select(o => _waitingByOwner.GetValueOrDefault(o)?.Min).Min() is not { } turn)
                return count;
            Leave(turn);
            _gone.Add(turn.Pod.Uid());
            _departing.Uids.Add(turn.Pod.Uid());
            turn.Pass(nodes.Add(turn.Pod.Spec.NodeName ?? "") ? concession : "");
        }

        return atMost;
    }

    // The end of the session, or the caches that are closed after the run, are not failures.
    private void Lift(Exception failure)
    {
        if (failure is not ObjectDisposedException)
            _scope.Observer.Warning(
                $"The workloads cannot be read, so the drain does not limit how many pods of a workload without a PDB are unavailable. {failure.Message}"
            );
        lock (_departing.Lock)
        {
            _isLifted = true;
            foreach (WorkloadTurn turn in _waitingByOwner.Values.SelectMany(static waiting => waiting))
                turn.Pass();
            _waitingByOwner.Clear();
        }
    }
}
