using Microsoft.Extensions.Logging;
using NodeManager.Kubernetes;

namespace NodeManager.Core.Sessions;

/// <summary>What stands behind a <see cref="NodeManagerSession"/>: the client, the clock, the log. Thread-safe.</summary>
public sealed class ClusterConnection : IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private readonly IDisposable? _owned;

    /// <param name="cluster">What users call the cluster.</param>
    /// <param name="client">Disposed with the connection.</param>
    /// <param name="logger">Where it logs.</param>
    /// <param name="owned">What else ends with the connection, a sandbox say.</param>
    public ClusterConnection(string cluster, KubernetesClient client, ILogger logger, IDisposable? owned = null)
    {
        Cluster = cluster;
        Client = client;
        Logger = logger;
        _owned = owned;
        Closed = _closed.Token;
    }

    public string Cluster { get; }

    public KubernetesClient Client { get; }

    public TimeProvider Time => Client.Time;

    public ILogger Logger { get; }

    /// <summary>Cancelled when the session ends; operations link it to their own token.</summary>
    public CancellationToken Closed { get; }

    public void Dispose()
    {
        _closed.Cancel();
        Client.Dispose();
        _owned?.Dispose();
        _closed.Dispose();
    }
}
