using Microsoft.Extensions.Logging;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Controllers.Caching;

/// <summary>Keeps a cache up to date and counts its users, under the lock of <see cref="ObjectCaches"/>.</summary>
internal abstract class CacheRunner : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private ITimer? _linger;

    protected CacheRunner() => Stopped = _stop.Token;

    public int Users { get; private set; }

    public abstract bool HasFailed { get; }

    protected CancellationToken Stopped { get; }

    public void Enter()
    {
        Users++;
        _linger?.Dispose();
        _linger = null;
    }

    /// <summary>True for the last user.</summary>
    public bool RemoveUser() => --Users == 0;

    public void StartLinger(TimeProvider time, TimeSpan linger, Action end)
    {
        _linger?.Dispose();
        _linger = time.CreateTimer(_ => end(), null, linger, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops the watch and fails pending waits.</summary>
    public void Dispose()
    {
        _linger?.Dispose();
        // Asynchronously, because callbacks must not run under the lock of the caches.
        _ = _stop.CancelAsync().ContinueWith(_ => _stop.Dispose(), TaskScheduler.Default);
        End();
    }

    protected abstract void End();
}

/// <inheritdoc/>
internal sealed class CacheRunner<T> : CacheRunner
    where T : KubernetesObject
{
    private readonly KubernetesClient _client;
    private readonly ResourceType<T> _type;
    private readonly ListOptions _what;

    public CacheRunner(KubernetesClient client, ResourceType<T> type, ListOptions what, ILogger logger)
    {
        _client = client;
        _type = type;
        _what = what;
        Cache = new(logger);
        _ = Task.Run(RunAsync);
    }

    public ObjectCache<T> Cache { get; }

    public override bool HasFailed => Cache.Failed.IsCompleted;

    protected override void End() => Cache.Fail(new ObjectDisposedException(nameof(ObjectCaches), "The session was closed."));

    /// <summary>Lists the objects from the server.</summary>
    public Task<KubernetesList<T>> ListAsync(CancellationToken cancellationToken) => _client.ListAsync(_type, _what, cancellationToken);

    private async Task RunAsync()
    {
        try
        {
            await foreach (WatchEvent<T> seen in _client.WatchAsync(_type, _what, Cache.Watch, Stopped))
                Cache.Apply(seen);
        }
        catch (Exception failure)
        {
            if (!Stopped.IsCancellationRequested)
                Cache.Fail(failure);
        }
    }
}
