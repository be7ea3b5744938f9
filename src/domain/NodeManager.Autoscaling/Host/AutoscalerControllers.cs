using System.Globalization;
using System.Net;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Collection;
using NodeManager.Autoscaling.Pools;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Controllers.Caching;
using NodeManager.Controllers.Queueing;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Autoscaling.Host;

/// <summary>The controllers of an active autoscaler, with their queues and event handlers.</summary>
internal sealed class AutoscalerControllers : IDisposable
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    private readonly AutoscalerScope _scope;
    private readonly ScaleInputs _inputs;
    private readonly WorkQueue<ReconcileKey> _claims,
        _pools,
        _providers,
        _planes;
    private readonly WorkQueue<string> _rounds;
    private readonly ClaimReconciler _claimReconciler;
    private readonly PoolReconciler _poolReconciler;
    private readonly ProviderReconciler _providerReconciler;
    private readonly PlaneReconciler _planeReconciler;
    private readonly ScaleLoop _scaleLoop;
    private readonly MachineCollector _collector;
    private readonly PlanTrigger _trigger;
    private readonly List<IDisposable> _subscriptions = [];
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _settling;

    public AutoscalerControllers(AutoscalerScope scope, ServerCapabilities capabilities, int minor, CancellationToken stop)
    {
        _scope = scope;
        Since = scope.Time.GetUtcNow();
        _inputs = new(scope, capabilities, minor);
        _claims = NewQueue<ReconcileKey>();
        _pools = NewQueue<ReconcileKey>();
        _providers = NewQueue<ReconcileKey>();
        _planes = NewQueue<ReconcileKey>();
        _rounds = NewQueue<string>();
        var creator = new ClaimCreator(scope, NodeOf);
        _claimReconciler = new(scope, key => _claims.Add(key), stop);
        _poolReconciler = new(scope, creator, NodeOf);
        _providerReconciler = new(scope, creator);
        _planeReconciler = new(scope);
        _scaleLoop = new(scope, _inputs, creator);
        _collector = new(scope, creator);
        _trigger = new(
            scope.Time,
            () =>
            {
                _inputs.RecordChange();
                _rounds.Add("plan");
            }
        );
    }

    /// <summary>Queued, processed and delayed keys of all queues.</summary>
    public (int Waiting, int Working, int Delayed) Load =>
        new[] { _claims.Load, _pools.Load, _providers.Load, _planes.Load, _rounds.Load }.Aggregate(
            static (sum, one) => (sum.Waiting + one.Waiting, sum.Working + one.Working, sum.Delayed + one.Delayed)
        );

    public DateTimeOffset Since { get; }

    /// <summary>The pools, and the latest plan's decisions about pending pods.</summary>
    public (IReadOnlyList<AutoscalerPoolActivity> Pools, IReadOnlyDictionary<string, int> Pods) Observe() =>
        (
            [
                .. _scope
                    .Pools.Items.OrderBy(static pool => pool.Metadata.Name, StringComparer.Ordinal)
                    .Select(static pool => new AutoscalerPoolActivity(
                        pool.Metadata.Name,
                        pool.Status?.Nodes ?? 0,
                        pool.Status?.ReadyNodes ?? 0,
                        pool.Status?.Claims ?? 0,
                        pool.Spec.Limits.MinNodes,
                        pool.Spec.Limits.MaxNodes
                    )),
            ],
            (_scaleLoop.Latest?.Pods ?? [])
                .GroupBy(static pod => pod.Decision, StringComparer.Ordinal)
                .ToDictionary(static group => group.Key, static group => group.Count(), StringComparer.Ordinal)
        );

    /// <summary>Completes when no claim is in progress, for a single run.</summary>
    public Task Settled => _settled.Task;

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="KubernetesException">Required data cannot be read.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _scope.CatchUpAsync(cancellationToken);
        await _inputs.SyncAsync(cancellationToken);
        await _scope.Decisions.TakeOverAsync(_scope.Identity, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Subscribe();
        _rounds.Add("collect");
        _trigger.Trigger();
        RecordChange();
        Task[] work =
        [
            Reconcile(_claims, _claimReconciler.ReconcileAsync).RunAsync(_scope.Options.Workers, stop.Token),
            Reconcile(_pools, _poolReconciler.ReconcileAsync).RunAsync(4, stop.Token),
            Reconcile(_providers, _providerReconciler.ReconcileAsync).RunAsync(4, stop.Token),
            Reconcile(_planes, _planeReconciler.ReconcileAsync).RunAsync(1, stop.Token),
            Reconcile(_rounds, RunRoundAsync).RunAsync(2, stop.Token),
            RunLogAsync(stop.Token),
        ];
        // A failed cache reports no further changes.
        Task failed = await Task.WhenAny([
            _scope.Claims.Failed,
            _scope.Pools.Failed,
            _scope.Providers.Failed,
            _scope.Planes.Failed,
            _scope.Nodes.Failed,
            _inputs.Pods.Failed,
            Task.Delay(Timeout.InfiniteTimeSpan, _scope.Time, cancellationToken),
        ]);
        await stop.CancelAsync();
        await Task.WhenAll(work);
        await _claimReconciler.EndAsync();
        await failed;
    }

    public void Dispose()
    {
        foreach (IDisposable subscription in _subscriptions)
            subscription.Dispose();
        _settling?.Dispose();
        _trigger.Dispose();
        _claims.Dispose();
        _pools.Dispose();
        _providers.Dispose();
        _planes.Dispose();
        _rounds.Dispose();
        _inputs.Dispose();
    }

    private async Task RunLogAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _scope.Decisions.RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end of the run writes the rest.
        }
    }

    private Task<ReconcileResult> RunRoundAsync(string round, CancellationToken cancellationToken) =>
        round == "plan" ? _scaleLoop.RunAsync(cancellationToken) : _collector.RunAsync(cancellationToken);

    private Node? NodeOf(NodeSmithClaim claim) =>
        claim.Status?.NodeName is { Length: > 0 } name
        && _scope.Nodes.Find(null, name) is { } node
        && NodeOwnership.Check(claim, node) is null
            ? node
            : null;

    private WorkQueue<TKey> NewQueue<TKey>()
        where TKey : notnull => new(new() { LongestDelay = TimeSpan.FromMinutes(1) }, _scope.Time);

    private Reconciler<TKey> Reconcile<TKey>(WorkQueue<TKey> queue, Func<TKey, CancellationToken, Task<ReconcileResult>> reconcile)
        where TKey : notnull =>
        new(
            queue,
            async (key, token) =>
            {
                try
                {
                    return await reconcile(key, token);
                }
                finally
                {
                    RecordChange();
                }
            },
            (key, exception, after) =>
            {
                // A concurrent change of the object is normal.
                if (exception is KubernetesException { Code: HttpStatusCode.Conflict or HttpStatusCode.NotFound })
                    return;
                _scope.Counters.Failed();
                string text =
                    $"{key}: {exception.Message} It is tried again in {after.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s.";
                // An exception that is neither a server's nor a network's is a defect.
                if (exception is NodeManagerException or KubernetesException || TransientFailure.Is(exception))
                    _scope.Observer.Verbose(text);
                else
                    _scope.Observer.Warning(text);
            }
        );

    private void Subscribe()
    {
        var pods = new ChangeFilter<Pod>(PlanImages.Of);
        var nodes = new ChangeFilter<Node>(PlanImages.Of);
        var pools = new ChangeFilter<NodeSmithPool>(PlanImages.Of);
        var planes = new ChangeFilter<NodeSmithControlPlane>(PlanImages.Of);
        // Status updates of a controller do not change the provider.
        var providers = new ChangeFilter<NodeSmithProvider>(PlanImages.Of);
        _subscriptions.AddRange([
            _scope.Claims.Subscribe(Follow),
            _scope.Pools.Subscribe(change =>
            {
                _pools.Add(KeyOf(change.Object));
                foreach (NodeSmithClaim claim in _scope.Claims.FindAll(AutoscalerIndexes.ByPool, change.Object.Metadata.Name))
                    _claims.Add(KeyOf(claim));
                foreach (NodeSmithControlPlane plane in _scope.Planes.Items)
                    _planes.Add(KeyOf(plane));
                if (pools.Matters(change))
                    _trigger.Trigger();
            }),
            _scope.Providers.Subscribe(change =>
            {
                bool isChanged = providers.Matters(change);
                FollowProvider(change.Object.Metadata.Namespace!, change.Object.Metadata.Name, isChanged);
                if (isChanged)
                    _trigger.Trigger();
            }),
            _scope.Options.Providers.Follow((ns, name) => FollowProvider(ns, name, isChanged: true)),
            _scope.Planes.Subscribe(change =>
            {
                _planes.Add(KeyOf(change.Object));
                foreach (NodeSmithPool pool in _scope.Pools.Items)
                    _pools.Add(KeyOf(pool));
                if (planes.Matters(change))
                    _trigger.Trigger();
            }),
            _scope.Nodes.Subscribe(change =>
            {
                if (nodes.Matters(change))
                    Follow(change.Object);
            }),
            _inputs.Pods.Subscribe(change =>
            {
                if (pods.Matters(change))
                    _trigger.Trigger();
            }),
        ]);
        _inputs.Follow(_trigger.Trigger);
    }

    private void Follow(ObjectChange<NodeSmithClaim> change)
    {
        NodeSmithClaim claim = change.Object;
        if (change.IsDeletion)
            _claimReconciler.Remove(claim);
        else
            _claims.Add(KeyOf(claim));
        _pools.Add(new(claim.Metadata.Namespace!, claim.Spec.PoolRef));
        if (change.IsDeletion && claim.Status?.ProviderRef is { } provider)
            _providers.Add(new(claim.Metadata.Namespace!, provider));
        _trigger.Trigger();
        RecordChange();
    }

    private void Follow(Node node)
    {
        IEnumerable<NodeSmithClaim> claims = _scope.Claims.FindAll(
            AutoscalerIndexes.ByMachine,
            AutoscalerIndexes.ByName(node.Metadata.Name)
        );
        if (node.Spec.ProviderID is { Length: > 0 } id)
            claims = claims.Concat(_scope.Claims.FindAll(AutoscalerIndexes.ByMachine, AutoscalerIndexes.ById(id)));
        foreach (NodeSmithClaim claim in claims)
        {
            _claims.Add(KeyOf(claim));
            _pools.Add(new(claim.Metadata.Namespace!, claim.Spec.PoolRef));
        }

        _trigger.Trigger();
    }

    private void FollowProvider(string ns, string name, bool isChanged)
    {
        if (ns != _scope.Namespace)
            return;
        _providers.Add(new(ns, name));
        HashSet<string> pools = [];
        foreach (NodeSmithPool pool in _scope.Pools.Items.Where(one => one.Spec.ProviderRef == name))
        {
            pools.Add(pool.Metadata.Name);
            _pools.Add(KeyOf(pool));
        }

        foreach (
            NodeSmithClaim claim in _scope.Claims.Items.Where(one =>
                one.Status?.ProviderRef is { Length: > 0 } used ? used == name : pools.Contains(one.Spec.PoolRef)
            )
        )
        {
            if (isChanged)
                _claimReconciler.Resume(claim);
            _claims.Add(KeyOf(claim));
        }
    }

    // Checks after a quiet time whether all work is completed.
    private void RecordChange()
    {
        if (_settled.Task.IsCompleted)
            return;
        ITimer timer = _settling ??= _scope.Time.CreateTimer(_ => JudgeSettled(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            timer.Change(Settling, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The run has ended.
        }
    }

    private void JudgeSettled()
    {
        (int waiting, int working, _) = Load;
        bool isSettled =
            waiting + working == 0
            && _scaleLoop.Latest is { } plan
            && !plan.Pools.Any(IsMoving)
            && _scope.Claims.Items.All(static claim =>
                claim.Metadata.DeletionTimestamp is null
                && (ClaimAttempts.HasFailed(claim) || claim.Status?.Conditions.IsTrue(NodeSmithConditions.Ready) == true)
            );
        if (isSettled)
            _settled.TrySetResult();
    }

    // The end of a window is awaited.
    private static bool IsMoving(NodeScalePlanPool pool) =>
        pool.Decision is AutoscalerDecision.Create or AutoscalerDecision.Remove
        || pool is { Decision: AutoscalerDecision.Wait, Reason: AutoscalerReason.Stabilizing or AutoscalerReason.RecentActivity };

    private static ReconcileKey KeyOf(KubernetesObject item) => new(item.Metadata.Namespace!, item.Metadata.Name);
}
