using NodeManager.Sandbox.Api.Access;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Api.Pods;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Accounts;
using NodeManager.Sandbox.Controllers.Budgets;
using NodeManager.Sandbox.Controllers.DaemonSets;
using NodeManager.Sandbox.Controllers.Deployments;
using NodeManager.Sandbox.Controllers.Endpoints;
using NodeManager.Sandbox.Controllers.Evictions;
using NodeManager.Sandbox.Controllers.Garbage;
using NodeManager.Sandbox.Controllers.Jobs;
using NodeManager.Sandbox.Controllers.Nodes;
using NodeManager.Sandbox.Controllers.ReplicaSets;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Controllers.Scheduling;
using NodeManager.Sandbox.Controllers.StatefulSets;
using NodeManager.Sandbox.Controllers.Volumes;
using NodeManager.Sandbox.Kubelet;
using NodeManager.Sandbox.Kubelet.Pods;
using NodeManager.Sandbox.Model.Clock;

namespace NodeManager.Sandbox.Hosting;

/// <summary>Runs the controllers and their watches.</summary>
internal sealed class ControllerHost : IDisposable
{
    private const int KeptFaults = 100;
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<ResourceKind> _followed = [];
    private readonly KindCatalog _catalog;
    private readonly TimeProvider _time;
    private readonly TimerQueue _timers;
    private readonly List<Controller> _controllers;
    private readonly List<Exception> _faults = [];

    private ControllerHost(
        ResourceRegistry registry,
        KindCatalog kinds,
        FaultRegistry board,
        int seed,
        PodRuns runs,
        ServiceAccountTokens tokens
    )
    {
        _catalog = kinds;
        _time = registry.Time;
        _timers = new(_time);
        ControllerContext context = new(registry.As(new("kube-controller-manager")), _timers, new(registry), seed, kinds, board, runs);
        ControllerContext scheduler = context with { Registry = registry.As(new("kube-scheduler")) };
        ControllerContext kubelet = context with { Registry = registry.As(new("kubelet")) };
        _controllers =
        [
            new Scheduler(scheduler),
            new ReplicaSetController(context),
            new DeploymentController(context),
            new DaemonSetController(context),
            new StatefulSetController(context),
            new JobController(context),
            new CronJobController(context),
            new DisruptionController(context),
            new GarbageCollector(context),
            new NamespaceController(context),
            new PodCollector(context),
            new ConditionTaints(context),
            new NodeHealthMonitor(context),
            new TaintEviction(context),
            new VolumeController(context),
            new StorageProtection(context),
            new EndpointsController(context),
            new EventExpiry(context),
            new ClusterRoleAggregation(context),
            new ServiceAccountController(context),
            new TokenSecretController(context, tokens),
            new InitialObjectController(context with { Registry = registry }),
            new NodeHeartbeats(kubelet),
            new NodeDetectors(kubelet),
            new ImageCollection(kubelet),
            new PressureEviction(kubelet),
            new PodWorker(kubelet),
            new LeaseHolders(kubelet),
        ];
        if (!kinds.Kinds.Contains(BuiltInKinds.EvictionRequests))
            return;
        _controllers.Add(new EvictionRequestController(context with { Registry = registry.As(new("evictionrequest-controller")) }));
        _controllers.Add(new ImperativeEvictor(context with { Registry = registry.As(new("imperative-eviction-responder-controller")) }));
    }

    /// <summary>Internal errors of controllers, newest last; always a bug.</summary>
    public IReadOnlyList<Exception> Faults
    {
        get
        {
            lock (_faults)
                return [.. _faults];
        }
    }

    /// <summary>Starts controllers over the stored objects and returns immediately. From then on, no change is missed.</summary>
    /// <param name="begin">What the controllers wait for, but the nodes' heartbeats do not.</param>
    public static ControllerHost Start(
        ResourceRegistry registry,
        KindCatalog catalog,
        FaultRegistry board,
        int seed,
        PodRuns runs,
        ServiceAccountTokens tokens,
        Task begin
    )
    {
        ControllerHost host = new(registry, catalog, board, seed, runs, tokens);
        board.Changed += host.ObserveFault;
        List<Task> queueing = [];
        foreach (
            IGrouping<ResourceKind, Controller> listeners in host
                ._controllers.SelectMany(controller => controller.Kinds, (controller, kind) => (controller, kind))
                .GroupBy(pair => pair.kind, pair => pair.controller)
        )
            queueing.Add(host.Follow(registry.Store, listeners.Key, [.. listeners]));
        Controller[] generalists = [.. host._controllers.Where(static controller => controller.ObservesCustomKinds)];
        catalog.Serves += kind => host.FollowOnce(registry.Store, kind, generalists);
        foreach (ResourceKind kind in catalog.Kinds.Where(static kind => kind.Custom is not null))
            host.FollowOnce(registry.Store, kind, generalists);
        _ = host.RunAsync(queueing, begin);
        return host;
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _timers.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync(List<Task> queueing, Task begin)
    {
        CancellationToken stop = _stopping.Token;
        await Task.WhenAll(queueing);
        // Before and beside all others: a node without heartbeats for 40 s is lost.
        Controller heartbeats = _controllers.Single(static controller => controller is NodeHeartbeats);
        _ = Task.Run(() => heartbeats.RunAsync(Report, stop), CancellationToken.None);
        await begin;
        // Otherwise, for seconds in a large cluster, requests would wait until a thread of the pool is free.
        TaskScheduler firstPass = new ConcurrentExclusiveSchedulerPair(
            TaskScheduler.Default,
            Math.Max(1, Environment.ProcessorCount - 1)
        ).ConcurrentScheduler;
        foreach (Controller controller in _controllers.Where(controller => controller != heartbeats))
            _ = Task.Factory.StartNew(() => controller.RunAsync(Report, stop), CancellationToken.None, TaskCreationOptions.None, firstPass);
    }

    private void FollowOnce(DocumentStore store, ResourceKind kind, Controller[] listeners)
    {
        lock (_followed)
        {
            _followed.RemoveWhere(static one => one.Ended.IsCancellationRequested);
            if (_stopping.IsCancellationRequested || !_followed.Add(kind))
                return;
        }

        _ = Follow(store, kind, listeners);
    }

    /// <returns>Completes when the initial objects are queued.</returns>
    private Task Follow(DocumentStore store, ResourceKind kind, Controller[] listeners)
    {
        var clock = _time as ClusterClock;
        ChangeFollower follower = new(store, kind, clock);
        CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, kind.Ended);
        CancellationToken cancellationToken = either.Token;
        // On a busy machine, nodes would be lost before their first heartbeat.
        ClockHold? start = clock?.Hold();
        TaskCompletionSource queued = new();
        _ = Task.Run(async () =>
        {
            using CancellationTokenSource ending = either;
            using (start)
                foreach (StoredObject item in follower.Begin())
                foreach (Controller listener in listeners)
                    Guard(listener, item, static (one, begun) => one.Begin(begun));
            queued.SetResult();
            // Until the cluster stops, or the kind is removed.
            await foreach (Change change in follower.ReadAsync(cancellationToken))
            foreach (Controller listener in listeners)
                Guard(listener, change, static (one, observed) => one.Observe(observed));
        });
        return queued.Task;
    }

    private void ObserveFault(Fault fault)
    {
        foreach (Controller controller in _controllers)
            Guard(controller, fault, static (one, observed) => one.ObserveFault(observed));
    }

    // Without a closure for each of hundreds of thousands of objects.
    private void Guard<T>(Controller controller, T value, Action<Controller, T> notify)
    {
        try
        {
            notify(controller, value);
        }
        catch (Exception exception)
        {
            Report(exception);
        }
    }

    private void Report(Exception exception)
    {
        lock (_faults)
        {
            if (_faults.Count == KeptFaults)
                _faults.RemoveAt(0);
            _faults.Add(exception);
        }
    }
}
