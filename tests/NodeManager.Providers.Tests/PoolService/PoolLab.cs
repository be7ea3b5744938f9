using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.NodePools;
using NodeManager.NodePools.Operations;
using NodeManager.Providers.PoolService;
using NodeManager.Sandbox;
using NodeManager.Testing;

namespace NodeManager.Providers.Tests.PoolService;

/// <summary>An embedded cluster with its pool service, a session, and a client whose requests can go wrong.</summary>
internal sealed class PoolLab : IAsyncDisposable, IOperationObserver
{
    public const string User = "me@example.com";

    private PoolLab(SandboxCluster cluster, NodeManagerSession session)
    {
        Cluster = cluster;
        Session = session;
        Faults = new(cluster.Pools.CreateTransport());
        Provider = Connect(Faults);
        Context = new(session, Provider);
    }

    public SandboxCluster Cluster { get; }

    public NodeManagerSession Session { get; }

    public FaultInjectionHandler Faults { get; }

    public PoolServiceProvider Provider { get; }

    public PoolContext Context { get; }

    public List<string> Warnings { get; } = [];

    public string ClusterId => Cluster.Pools.ClusterId;

    public static JsonObject Spec =>
        JsonNode
            .Parse(
                """{"platform":{"type":"gcp","gcp":{"machineType":"n1-standard-4","diskSize":100,"diskType":"pd-ssd","zones":["us-central1-a","us-central1-b"]}},"nodeCount":3}"""
            )!
            .AsObject();

    public PoolDraft Draft => new("web", ClusterId, Spec);

    public static async Task<PoolLab> StartAsync(double speed = 1, int nodes = 0)
    {
        SandboxCluster cluster = SandboxCluster.Start(new() { Nodes = nodes, Speed = speed });
        NodeManagerSession session = await SessionFactory.ConnectAsync(
            "sandbox",
            cluster.Server,
            cluster.CreateTransport(),
            cluster,
            NullLogger.Instance,
            cluster.Time,
            CancellationToken.None
        );
        return new(cluster, session);
    }

    public PoolServiceProvider Connect(
        HttpMessageHandler transport,
        string? routes = null,
        TimeProvider? time = null,
        string? token = null
    ) =>
        new(
            new()
            {
                Configuration = new()
                {
                    Uri = Cluster.Pools.Address,
                    User = User,
                    Routes = routes ?? PoolServiceRoutes.Auto,
                },
                Time = time ?? TimeProvider.System,
                Transport = transport,
                Token = token ?? Cluster.Pools.Token,
            }
        );

    public Task<NodePool> CreateAsync(PoolDraft? draft = null) =>
        PoolCreator.CreateAsync(Context, draft ?? Draft, this, CancellationToken.None);

    public async Task<List<NodePool>> ReadAsync(PoolQuery query)
    {
        List<NodePool> pools = [];
        await foreach (NodePool pool in PoolReader.ReadAsync(Context, query, static error => throw error, this, CancellationToken.None))
            pools.Add(pool);
        return pools;
    }

    public async Task<List<ClusterNode>> NodesAsync()
    {
        List<ClusterNode> nodes = [];
        await foreach (ClusterNode node in NodeReader.ReadAsync(Session, new(), static error => throw error, this, CancellationToken.None))
            nodes.Add(node);
        return nodes;
    }

    public void Warning(string message) => Warnings.Add(message);

    public void Verbose(string message) { }

    public void Progress(OperationProgress progress) { }

    public ValueTask DisposeAsync()
    {
        Provider.Dispose();
        Session.Dispose();
        return ValueTask.CompletedTask;
    }
}
