using NodeManager.Core.Nodes.Caching;
using NodeManager.Server.Clusters;

namespace NodeManager.Server.Nodes;

/// <summary>Keeps the nodes of the served cluster in memory from the start of the host, for routes and streams.</summary>
internal sealed class LiveNodeService(ClusterSession cluster) : BackgroundService
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LiveNodes? _nodes;

    // The initial list, and the lists for responses.
    private int _lists = 1;

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

    /// <summary>
    /// Completes when the initial list is complete or has failed, and the responses that waited for it are computed. Background work begins
    /// then: with a large cluster, it keeps all cores busy for seconds.
    /// </summary>
    public Task Settled => _settled.Task;

    /// <summary>Computes a response from the nodes, before the work that waits for <see cref="Settled"/>.</summary>
    /// <exception cref="NodeManagerException">The API server refuses the lists or is unreachable.</exception>
    public async Task<T> ReadAsync<T>(Func<LiveNodes, T> read, CancellationToken stop)
    {
        Interlocked.Increment(ref _lists);
        try
        {
            return read(await ReadyAsync(stop));
        }
        finally
        {
            EndList();
        }
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
        finally
        {
            EndList();
        }

        await Nodes.RunAsync(stoppingToken);
    }

    private void EndList()
    {
        if (Interlocked.Decrement(ref _lists) == 0 && _settled.TrySetResult())
            cluster.BeginControllers();
    }
}
