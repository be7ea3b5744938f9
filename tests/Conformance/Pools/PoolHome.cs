using System.Text.Json.Nodes;
using NodeManager.Autoscaling.NodePools;
using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Progress;
using NodeManager.NodePools;
using NodeManager.NodePools.Operations;
using NodeManager.Providers.PoolService;
using NodeManager.Sandbox;
using NodeManager.Testing;

namespace NodeManager.Conformance.Pools;

/// <summary>Where pools are kept: a pool service, or a cluster with the autoscaler's resources. Requests can be made to go wrong.</summary>
internal sealed class PoolHome : IAsyncDisposable, IOperationObserver
{
    public const string User = "me@example.com";

    // Machines of a service boot in a second.
    private const double RemoteSpeed = 5;

    private readonly AutoscalerLab _lab;
    private readonly PoolServiceProvider? _service;
    private readonly RemotePlatform? _remote;

    private PoolHome(
        AutoscalerLab lab,
        RemotePlatform? remote,
        FaultInjectionHandler faults,
        NodeManagerSession session,
        PoolContext context
    )
    {
        _lab = lab;
        _remote = remote;
        Faults = faults;
        Session = session;
        Context = context;
        _service = context.Provider as PoolServiceProvider;
    }

    public PoolContext Context { get; }

    public INodePoolProvider Provider => Context.Provider;

    /// <summary>Between the provider and where it keeps its pools.</summary>
    public FaultInjectionHandler Faults { get; }

    public NodeManagerSession Session { get; }

    public TestCluster Cluster => _lab.Cluster;

    public AutoscalerLab Lab => _lab;

    public List<string> Warnings { get; } = [];

    public List<OperationProgress> Progresses { get; } = [];

    public bool IsService => _service is not null;

    public string ClusterId => IsService ? ServiceOf(_lab, _remote).ClusterId : Session.Cluster;

    /// <param name="provider">A <see cref="NodePoolProvider"/>.</param>
    /// <param name="backend">See <see cref="Backend"/>.</param>
    /// <param name="speed">Of the embedded cluster's clock.</param>
    /// <param name="rbac">With access rules.</param>
    public static async Task<PoolHome> StartAsync(string provider, string backend, double speed = 1, bool rbac = false)
    {
        AutoscalerLab lab = await AutoscalerLab.StartAsync(
            backend,
            speed,
            rbac: rbac,
            plane: false,
            machines: provider == NodePoolProvider.Service ? AutoscalerLab.Machines.OfPoolService : null
        );
        RemotePlatform? remote = provider == NodePoolProvider.Service && lab.Cluster.Sandbox is null ? new(lab.Cluster, RemoteSpeed) : null;
        (NodeManagerSession session, FaultInjectionHandler faults, PoolContext context) = await ConnectAsync(
            lab,
            remote,
            provider,
            static inner => inner
        );
        return new(lab, remote, faults, session, context);
    }

    /// <summary>A further client of the same pools.</summary>
    /// <param name="wrap">Stands between it and where the pools are.</param>
    public async Task<PoolContext> ConnectAsync(Func<HttpMessageHandler, HttpMessageHandler>? wrap = null) =>
        (await ConnectAsync(_lab, _remote, Provider.Name, wrap ?? (static inner => inner))).Context;

    /// <summary>A further client of the same pools, and of the cluster: the handler stands between it and both.</summary>
    public async Task<PoolContext> ConnectAllAsync(Func<HttpMessageHandler, HttpMessageHandler> wrap) =>
        (await ConnectAsync(_lab, _remote, Provider.Name, wrap, both: true)).Context;

    public PoolDraft Draft(string name, int nodes = 0)
    {
        JsonObject spec = JsonNode
            .Parse(
                IsService
                    ? """{"platform":{"type":"gcp","gcp":{"machineType":"n1-standard-4","labels":{"team":"shop"}}}}"""
                    : """{"providerRef":"sim","limits":{"minNodes":0,"maxNodes":9,"cpuCores":0,"memoryMiB":0},"machineTemplate":{"labels":{"team":"shop"}}}"""
            )!
            .AsObject();
        spec["nodeCount"] = nodes;
        return new(name, ClusterId, spec);
    }

    /// <summary>A merge patch that sets a label of the nodes.</summary>
    public JsonObject LabelPatch(string key, string? value) =>
        IsService
            ? new() { ["platform"] = new JsonObject { ["gcp"] = new JsonObject { ["labels"] = new JsonObject { [key] = value } } } }
            : new() { ["machineTemplate"] = new JsonObject { ["labels"] = new JsonObject { [key] = value } } };

    public Task<NodePool> CreateAsync(string name, int nodes = 0) => PoolCreator.CreateAsync(Context, Draft(name, nodes), this, default);

    public Task<NodePool> ChangeAsync(PoolTarget target, JsonObject patch) => ChangeAsync(Context, target, patch);

    public Task<NodePool> ChangeAsync(PoolContext context, PoolTarget target, JsonObject patch) =>
        PoolEditor.ApplyAsync(context, target, new() { Patch = _ => (JsonObject)patch.DeepClone() }, this, default);

    public Task<NodePool?> WaitAsync(NodePool pool, string condition) =>
        PoolWaiter.WaitAsync(Context, new() { Id = pool.Id, Name = pool.Name }, condition, TimeSpan.FromHours(2), this, default);

    public async Task<List<NodePool>> ReadAsync(PoolQuery? query = null)
    {
        List<NodePool> pools = [];
        await foreach (NodePool pool in PoolReader.ReadAsync(Context, query ?? new(), static error => throw error, this, default))
            pools.Add(pool);
        return pools;
    }

    /// <summary>Starts what makes nodes of pools; a service has it already.</summary>
    public async Task RunAsync()
    {
        if (IsService)
            return;
        await _lab.TakeTurnAsync(AutoscalerLab.Machines.OfClaims);
        await _lab.RunAsync();
    }

    public void Warning(string message)
    {
        lock (Warnings)
            Warnings.Add(message);
    }

    public void Verbose(string message) { }

    public void Progress(OperationProgress progress)
    {
        lock (Progresses)
            Progresses.Add(progress);
    }

    public async ValueTask DisposeAsync()
    {
        _service?.Dispose();
        if (_remote is not null)
            await _remote.DisposeAsync();
        await _lab.DisposeAsync();
    }

    private static SandboxPoolService ServiceOf(AutoscalerLab lab, RemotePlatform? remote) => lab.Cluster.Sandbox?.Pools ?? remote!.Pools;

    private static async Task<(NodeManagerSession Session, FaultInjectionHandler Faults, PoolContext Context)> ConnectAsync(
        AutoscalerLab lab,
        RemotePlatform? remote,
        string provider,
        Func<HttpMessageHandler, HttpMessageHandler> wrap,
        bool both = false
    )
    {
        if (provider == NodePoolProvider.Cluster)
        {
            FaultInjectionHandler? between = null;
            NodeManagerSession session = await lab.Cluster.ConnectAsync(inner => between = new(wrap(inner)));
            return (session, between!, new(session, new ClusterPoolProvider(session, lab.Namespace)) { HomeCluster = session.Cluster });
        }

        NodeManagerSession plain = await lab.Cluster.ConnectAsync(both ? wrap : null);
        SandboxPoolService service = ServiceOf(lab, remote);
        FaultInjectionHandler faults = new(wrap(service.CreateTransport()));
        PoolServiceProvider client = new(
            new()
            {
                Configuration = new()
                {
                    Uri = service.Address,
                    User = User,
                    Routes = PoolServiceRoutes.Flat,
                },
                Time = lab.Cluster.Time,
                Transport = faults,
                Token = service.Token,
            }
        );
        return (plain, faults, new(plain, client) { HomeCluster = service.ClusterId });
    }
}
