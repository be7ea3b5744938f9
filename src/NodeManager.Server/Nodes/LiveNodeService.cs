using NodeManager.Core.Nodes.Caching;
using NodeManager.Server.Clusters;

namespace NodeManager.Server.Nodes;

/// <summary>Keeps the nodes of the served cluster known, from the host's start on: routes and streams read them here.</summary>
internal sealed class LiveNodeService(ClusterSession cluster) : BackgroundService
{
    private readonly Lock _gate = new();
    private LiveNodes? _nodes;

    /// <summary>Of the session.</summary>
    /// <exception cref="InvalidOperationException">The host has not started.</exception>
    public LiveNodes Nodes
    {
        get
        {
            lock (_gate)
                return _nodes ??= new(cluster.Session);
        }
    }

    /// <summary>The nodes once all of them are known.</summary>
    /// <exception cref="NodeManagerException">The API server refuses the lists, or cannot be reached.</exception>
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
            // The first request tries again, and reports the error to its caller.
        }

        await Nodes.RunAsync(stoppingToken);
    }
}
