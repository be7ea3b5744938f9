using NodeManager.Controllers.Caching;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Planning;
using NodeManager.Drains.Progress;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Drains.Budgets;

/// <summary>
/// The PDBs of the run's pods, each with its gate. One watch for all nodes starts when the first pod has to wait; it covers one namespace
/// if all pods are in it. Thread-safe.
/// </summary>
internal sealed class BudgetRegistry : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string? Namespace, string Name), BudgetGate> _gates = [];
    private readonly List<BudgetQueueEntry> _several = [];
    private readonly IReadOnlyList<PodDisruptionBudget> _planned;
    private readonly string? _namespace;
    private readonly DrainScope _scope;
    private readonly ServerCapabilities _server;
    private readonly Dictionary<string, DateTimeOffset> _staleSince = [];
    private readonly Dictionary<(string Budget, string Pod), DateTimeOffset> _disruptedSince = [];
    private CacheUse<PodDisruptionBudget>? _use;
    private IDisposable? _subscription;

    public BudgetRegistry(DrainScope scope, DrainSurvey survey, IReadOnlyCollection<string> namespaces)
    {
        _scope = scope;
        _server = survey.Server;
        _namespace = namespaces.Count == 1 ? namespaces.First() : null;
        _planned = survey.Budgets ?? [];
        foreach (PodDisruptionBudget budget in _planned)
            Gate(budget).Seed(budget);
    }

    public IReadOnlyList<PodDisruptionBudget> Covering(Pod pod)
    {
        lock (_lock)
            return
            [
                .. _gates
                    .Values.Select(g => g.Budget)
                    .OfType<PodDisruptionBudget>()
                    .Where(b => BudgetRules.Covers(b, pod, _server.BudgetVersion)),
            ];
    }

    public PodDisruptionBudget? Find(string title)
    {
        lock (_lock)
            return _gates.Values.Select(g => g.Budget).OfType<PodDisruptionBudget>().FirstOrDefault(b => BudgetRules.Title(b) == title);
    }

    /// <summary>How long the status has lagged behind the specification while watched; null if it is current.</summary>
    public TimeSpan? StaleFor(PodDisruptionBudget budget)
    {
        lock (_lock)
            return _staleSince.TryGetValue(BudgetRules.Title(budget), out DateTimeOffset since) ? _scope.Now - since : null;
    }

    /// <summary>How long the status has listed the pod as disrupted while watched.</summary>
    public TimeSpan DisruptedFor(PodDisruptionBudget budget, string pod)
    {
        lock (_lock)
            return _disruptedSince.TryGetValue((BudgetRules.Title(budget), pod), out DateTimeOffset since)
                ? _scope.Now - since
                : TimeSpan.Zero;
    }

    /// <summary>
    /// Joins the queue if exactly one budget covers the pod. Otherwise the pod passes or, once refused, waits for a change of any of its
    /// budgets.
    /// </summary>
    public BudgetQueueEntry Enter(Pod pod, DrainTurn turn, bool isRefused)
    {
        BudgetQueueEntry ticket;

        // One step: a PDB deleted in between would open an empty queue.
        lock (_lock)
        {
            BudgetGate? gate = BudgetRules.Bypasses(pod) ? null : GateOf(pod);
            if (gate is null && !isRefused)
                return BudgetQueueEntry.Free(pod, turn);
            ticket = gate?.Enter(pod, turn, isRefused) ?? EnterSeveral(pod, turn);
        }

        if (!ticket.Passed.IsCompleted)
            Watch();
        return ticket;
    }

    public void Dispose()
    {
        _subscription?.Dispose();
        _use?.Dispose();
    }

    private void Watch()
    {
        lock (_lock)
        {
            if (_use is not null)
                return;
            _use = _scope.Caches.OpenWithin(Resources.PodDisruptionBudgets(_server.BudgetVersion), _namespace);
        }

        ObjectCache<PodDisruptionBudget> cache = _use.Cache;
        PodDisruptionBudget[] planned = [.. _planned.Where(b => _namespace is null || b.Metadata.Namespace == _namespace)];
        cache.AddOrUpdate(planned);
        _subscription = cache.Subscribe(change => Apply(change.Object, change.IsDeletion));
        // Deleted after the plan and already reported: no further event reports it.
        foreach (PodDisruptionBudget gone in planned.Where(b => cache.Find(b.Metadata.Namespace, b.Metadata.Name) is null))
            Apply(gone, isGone: true);
        _ = cache.Failed.ContinueWith(
            WarnOfFailure,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    // The end of the session, or the cache that is closed after the run, is not a failure.
    private void WarnOfFailure(Task failed)
    {
        if (failed.Exception?.InnerException is { } failure and not ObjectDisposedException)
            _scope.Observer.Warning(
                $"PodDisruptionBudgets cannot be watched; refused evictions are retried about every 10 seconds: {failure.Message}"
            );
    }

    private void Apply(PodDisruptionBudget budget, bool isGone)
    {
        BudgetGate? gate;
        List<BudgetQueueEntry> several = [];
        lock (_lock)
        {
            (string?, string) key = (budget.Metadata.Namespace, budget.Metadata.Name);
            _gates.TryGetValue(key, out gate);
            bool changesSpecification =
                isGone || gate?.Budget is not { } before || before.Metadata.Generation != budget.Metadata.Generation;
            if (isGone)
                _gates.Remove(key);
            else
                gate ??= Gate(budget);
            Update(budget);
            if (changesSpecification)
                several = [.. _several.Where(t => t.Pod.Metadata.Namespace == budget.Metadata.Namespace)];
        }

        if (isGone)
            gate?.Open();
        else
            gate!.Update(budget);
        several.ForEach(t => t.Pass());
    }

    private void Update(PodDisruptionBudget budget)
    {
        string title = BudgetRules.Title(budget);
        if (BudgetRules.IsStale(budget))
            _staleSince.TryAdd(title, _scope.Now);
        else
            _staleSince.Remove(title);
        Dictionary<string, DateTimeOffset> disrupted = budget.Status.DisruptedPods ?? [];
        foreach (
            (string Budget, string Pod) ended in _disruptedSince
                .Keys.Where(k => k.Budget == title && !disrupted.ContainsKey(k.Pod))
                .ToList()
        )
            _disruptedSince.Remove(ended);
        foreach (string pod in disrupted.Keys)
            _disruptedSince.TryAdd((title, pod), _scope.Now);
    }

    private BudgetQueueEntry EnterSeveral(Pod pod, DrainTurn turn)
    {
        BudgetQueueEntry ticket = new(
            pod,
            turn,
            t =>
            {
                lock (_lock)
                    _several.Remove(t);
            }
        );
        _several.Add(ticket);
        return ticket;
    }

    private BudgetGate? GateOf(Pod pod)
    {
        List<BudgetGate> covering = [.. _gates.Values.Where(g => g.Budget is { } b && BudgetRules.Covers(b, pod, _server.BudgetVersion))];
        return covering is [BudgetGate one] ? one : null;
    }

    private BudgetGate Gate(PodDisruptionBudget budget)
    {
        lock (_lock)
        {
            (string?, string) key = (budget.Metadata.Namespace, budget.Metadata.Name);
            if (!_gates.TryGetValue(key, out BudgetGate? gate))
                _gates.Add(key, gate = new(_server.BudgetVersion, _server.Minor, _scope.Time, _scope.Options.Once));
            return gate;
        }
    }
}
