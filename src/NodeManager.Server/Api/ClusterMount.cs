using NodeManager.Server.Clusters;

namespace NodeManager.Server.Api;

/// <summary>
/// An additional served cluster: an application with its own routes, caches and operations. Retries an unreachable cluster.
/// </summary>
/// <param name="name">The context of the kubeconfig.</param>
internal sealed class ClusterMount(string name, Func<MountedServer, WebApplication> build, TimeProvider time) : IAsyncDisposable
{
    /// <summary>The delay between attempts to connect.</summary>
    public static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Served? _served;
    private volatile NodeManagerException? _problem;

    public string Name { get; } = name;

    /// <summary>The prefix of its paths.</summary>
    public string Path { get; } = ClusterMounts.PathOf(name);

    /// <summary>Null while not connected.</summary>
    public NodeManagerSession? Session => _served?.Session;

    /// <summary>Completes after the first attempt to connect.</summary>
    public Task Tried => _tried.Task;

    public NodeManagerException Problem =>
        _problem
        ?? new(
            "ClusterConnecting",
            ErrorKind.ResourceUnavailable,
            $"The server has not reached cluster '{Name}' yet.",
            Name,
            "Try again in a few seconds."
        );

    /// <summary>The last attempt failed.</summary>
    public bool HasProblem => _problem is not null;

    /// <summary>Forwards a request if the cluster is served.</summary>
    public bool TryAnswer(HttpContext context, out Task answer)
    {
        answer = _served?.Server.AnswerAsync(context) ?? Task.CompletedTask;
        return _served is not null;
    }

    /// <summary>Serves the cluster until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (!await TryStartAsync(stop))
                await Task.Delay(RetryPause, time, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            _tried.TrySetResult();
        }
    }

    /// <summary>Ends streams and operations.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _served?.App.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_served is { } served)
            await served.App.DisposeAsync();
    }

    private async Task<bool> TryStartAsync(CancellationToken stop)
    {
        var server = new MountedServer();
        WebApplication app = build(server);
        try
        {
            await app.StartAsync(stop);
            _served = new(app, server, app.Services.GetRequiredService<ClusterSession>().Session);
            _problem = null;
            return true;
        }
        catch (NodeManagerException problem)
        {
            _problem = problem;
            return false;
        }
        finally
        {
            if (_served is null)
                await app.DisposeAsync();
            _tried.TrySetResult();
        }
    }

    private sealed record Served(WebApplication App, MountedServer Server, NodeManagerSession Session);
}
