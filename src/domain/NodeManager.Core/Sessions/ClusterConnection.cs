using Microsoft.Extensions.Logging;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Configuration;

namespace NodeManager.Core.Sessions;

/// <summary>The client, clock and log of a <see cref="NodeManagerSession"/>. Thread-safe.</summary>
public sealed partial class ClusterConnection : IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private readonly SessionFeatures _features = new();
    private readonly SessionNames.Reservation? _name;

    /// <param name="cluster">The cluster's name for users.</param>
    /// <param name="client">Disposed with the connection.</param>
    /// <param name="owned">Also disposed with the connection, for example a sandbox.</param>
    public ClusterConnection(string cluster, KubernetesClient client, ILogger logger, IDisposable? owned = null)
        : this(cluster, client, logger, owned, null) { }

    internal ClusterConnection(string cluster, KubernetesClient client, ILogger logger, IDisposable? owned, SessionNames.Reservation? name)
    {
        Cluster = cluster;
        Client = client;
        Logger = logger;
        Owned = owned;
        _name = name;
        Closed = _closed.Token;
    }

    public string Cluster { get; }

    public KubernetesClient Client { get; }

    /// <summary>The embedded cluster of the connection; null for all others.</summary>
    public IDisposable? Owned { get; }

    /// <summary>The kubeconfig of the connection; null without one.</summary>
    public KubeconfigRequest? Origin { get; init; }

    /// <summary>The connection whose user impersonates this one's; null without impersonation.</summary>
    public ClusterConnection? ActsThrough { get; init; }

    public TimeProvider Time => Client.Time;

    public ILogger Logger { get; }

    /// <summary>Cancelled when the session ends; operations link it to their own token.</summary>
    public CancellationToken Closed { get; }

    /// <summary>The session's object of this type: created by the first caller, shared by all, disposed with the session.</summary>
    /// <param name="create">Creates it; every caller passes the same for a type. It may get other features, not itself.</param>
    /// <exception cref="ObjectDisposedException">The session has ended.</exception>
    public T Get<T>(Func<ClusterConnection, T> create)
        where T : class => _features.Get(() => create(this));

    /// <inheritdoc cref="Get{T}(Func{ClusterConnection, T})"/>
    public T Get<T>()
        where T : class, new() => _features.Get(static () => new T());

    /// <summary>Records the identity of the cluster. False if the connection's name belongs to another cluster.</summary>
    internal bool TryIdentify(string clusterUid) => _name?.TryIdentify(clusterUid) != false;

    public void Dispose()
    {
        _closed.Cancel();
        _features.Close(exception => LogFeatureFailed(Logger, exception.Message));
        Client.Dispose();
        Owned?.Dispose();
        _name?.Dispose();
        _closed.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Part of the session failed to close: {Reason}")]
    private static partial void LogFeatureFailed(ILogger logger, string reason);
}
