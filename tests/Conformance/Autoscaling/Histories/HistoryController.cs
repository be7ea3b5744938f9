using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Collection;
using NodeManager.Autoscaling.Decisions;
using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Pools;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Machines;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Providers.Proxmox;
using NodeManager.Providers.Tests.Proxmox;

namespace NodeManager.Conformance.Autoscaling.Histories;

/// <summary>The controllers of one autoscaler that believes it leads, step by step, over connections of its own.</summary>
internal sealed class HistoryController : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly NodeManagerSession _session;
    private readonly AutoscalerScope _scope;
    private readonly IMachineProvider _provider;
    private readonly ClaimReconciler _claims;
    private readonly MachineCollector _collector;
    private readonly IDisposable _subscription;

    private HistoryController(NodeManagerSession session, RoughPath path, AutoscalerScope scope, IMachineProvider provider)
    {
        (_session, Path, _scope, _provider) = (session, path, scope, provider);
        _claims = new(scope, static _ => { }, _stop.Token);
        _collector = new(scope, new ClaimCreator(scope, NodeOf));
        _subscription = scope.Claims.Subscribe(change =>
        {
            if (change.IsDeletion)
                _claims.Remove(change.Object);
        });
    }

    public RoughPath Path { get; }

    public static async Task<HistoryController> StartAsync(
        TestCluster cluster,
        FakeProxmox proxmox,
        MachineProviderSettings settings,
        string name,
        Func<double> chance
    )
    {
        RoughPath? path = null;
        NodeManagerSession session = await cluster.ConnectAsync(inner => path = new(inner, chance));
        IMachineProvider provider = new ProxmoxProviderFactory().Create(
            settings with
            {
                WrapTransport = _ => new Wire(proxmox, path!),
                Time = cluster.Time,
            }
        );
        var options = new AutoscalerOptions
        {
            Namespace = cluster.Namespace,
            Providers = new OneProvider(provider),
            Planner = new RulePlanner(),
        };
        var scope = new AutoscalerScope(
            session,
            options,
            name,
            new DecisionLog(session.Connection().Client, cluster.Namespace, NullObserver.Instance),
            new(),
            NullObserver.Instance
        );
        await scope.CatchUpAsync(default);
        return new(session, path!, scope, provider);
    }

    /// <summary>One look at a claim.</summary>
    /// <returns>What came of it, for people.</returns>
    public Task<string> ReconcileAsync(string claim) =>
        RunAsync(async () => $"{await _claims.ReconcileAsync(new(_scope.Namespace, claim), _stop.Token)}");

    /// <summary>One round of garbage collection.</summary>
    public Task<string> CollectAsync() => RunAsync(async () => $"{await _collector.RunAsync(_stop.Token)}");

    public async Task CatchUpAsync() => await _scope.CatchUpAsync(default);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Path.Thaw();
        _subscription.Dispose();
        await _claims.EndAsync();
        _scope.Dispose();
        _provider.Dispose();
        _session.Dispose();
        _stop.Dispose();
    }

    private static async Task<string> RunAsync(Func<Task<string>> step)
    {
        try
        {
            return await step();
        }
        catch (Exception e)
            when (e is KubernetesException or NodeManagerException or HttpRequestException or IOException or OperationCanceledException)
        {
            // Its queue would try again.
            return $"{e.GetType().Name} {e.Message}";
        }
    }

    private Node? NodeOf(NodeSmithClaim claim) =>
        claim.Status?.NodeName is { Length: > 0 } name
        && _scope.Nodes.Find(null, name) is { } node
        && NodeOwnership.Check(claim, node) is null
            ? node
            : null;

    private sealed class OneProvider(IMachineProvider provider) : IMachineProviderSource
    {
        public Task<MachineProviderAccess> OpenAsync(NodeSmithProvider resource, CancellationToken cancellationToken) =>
            Task.FromResult(MachineProviderAccess.To(provider));

        public IDisposable Follow(Action<string, string> changed) => NothingToFollow.Instance;
    }

    private sealed class NothingToFollow : IDisposable
    {
        public static NothingToFollow Instance { get; } = new();

        public void Dispose() { }
    }

    /// <summary>To Proxmox; it ends with the process, and Proxmox does not.</summary>
    private sealed class Wire(FakeProxmox proxmox, RoughPath path) : DelegatingHandler(proxmox)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            path.Count();
            return base.SendAsync(request, cancellationToken);
        }

        // Without disposing the inner handler.
        protected override void Dispose(bool disposing) => base.Dispose(disposing: false);
    }
}
