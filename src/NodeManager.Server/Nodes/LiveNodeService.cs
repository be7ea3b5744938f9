using NodeManager.Core.Nodes.Caching;
using NodeManager.Server.Clusters;

namespace NodeManager.Server.Nodes;

/// <summary>Keeps the nodes of the served cluster in memory from the start of the host, for routes and streams.</summary>
internal sealed class LiveNodeService(ClusterSession cluster) : BackgroundService
{
    private readonly Lock _gate = new();
    private LiveNodes? _nodes;

    public LiveNodes Nodes
    {
        get
        {
            lock (_gate)
                return _nodes ??= new(cluster.Session);
        }
    }

    /// <summary>The nodes once the initial list is complete.</summary>
    /// <exception cref="NodeManagerException">The API server refuses the lists or is unreachable.</exception>
    public async Task<LiveNodes> ReadyAsync(CancellationToken stop)
    {
        await Nodes.ReadyAsync(stop);
        return Nodes;
    }

    public override void Dispose()
    {
        base.Dispose();
        _nodes?.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Nodes.ReadyAsync(stoppingToken);
        }
        catch (NodeManagerException)
        {
            // The first request retries and reports the error.
        }

        await Nodes.RunAsync(stoppingToken);
    }
}
