using System.Text;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Machines;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using ApiResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Providers;

internal readonly record struct SecretName(string Namespace, string Name)
{
    public override string ToString() => $"{Namespace}/{Name}";
}

/// <summary>
/// Reads Secrets from the server, or from watches of single Secrets. A role need not allow to list the Secrets of a namespace.
/// </summary>
internal sealed class SecretReader(ClusterConnection connection) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<SecretName, Followed> _followed = [];
    private bool _isFollowing;
    private Action<SecretName>? _changed;

    /// <summary>From now on Secrets are watched after their first read.</summary>
    public void Follow(Action<SecretName> changed)
    {
        lock (_lock)
            (_isFollowing, _changed) = (true, changed);
    }

    /// <summary>Ends all watches.</summary>
    public void Unfollow()
    {
        Followed[] ended;
        lock (_lock)
        {
            (_isFollowing, _changed) = (false, null);
            ended = [.. _followed.Values];
            _followed.Clear();
        }

        foreach (Followed one in ended)
            one.Dispose();
    }

    /// <summary>Null if it does not exist.</summary>
    /// <exception cref="KubernetesException">The server's refusal, such as Forbidden.</exception>
    public async Task<Secret?> ReadAsync(SecretName name, CancellationToken cancellationToken)
    {
        if (Find(name) is { } followed)
        {
            try
            {
                await followed.Use.Cache.Synced.WaitAsync(cancellationToken);
                if (followed.Use.Cache.IsCurrent)
                    return followed.Use.Cache.Find(name.Namespace, name.Name);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // The permission to get the Secret does not include list and watch.
            }
        }

        return await connection.Client.FindAsync(ApiResources.Secrets, name.Name, name.Namespace, cancellationToken);
    }

    public void Dispose() => Unfollow();

    /// <summary>The text values of a Secret; all credentials are text.</summary>
    public static MachineCredentials Credentials(Secret secret) =>
        new(
            (secret.Data ?? []).ToDictionary(
                static pair => pair.Key,
                static pair => Encoding.UTF8.GetString(pair.Value ?? []),
                StringComparer.Ordinal
            )
        );

    private Followed? Find(SecretName name)
    {
        Followed created;
        lock (_lock)
        {
            if (!_isFollowing)
                return null;
            // A failed watch would fail again: its Secret is read each time.
            if (_followed.TryGetValue(name, out Followed? known))
                return known.Use.Cache.Failed.IsCompleted ? null : known;
            created = new(
                connection
                    .Caches()
                    .Open(ApiResources.Secrets, new() { Namespace = name.Namespace, FieldSelector = $"metadata.name={name.Name}" })
            );
            _followed[name] = created;
        }

        // Without the lock, because the handler is called for existing objects before this returns.
        created.Subscribe(_ => Volatile.Read(ref _changed)?.Invoke(name));
        return created;
    }

    private sealed class Followed(CacheUse<Secret> use) : IDisposable
    {
        private readonly Lock _gate = new();
        private IDisposable? _subscription;
        private bool _isEnded;

        public CacheUse<Secret> Use => use;

        public void Subscribe(Action<ObjectChange<Secret>> changed)
        {
            IDisposable subscription = use.Cache.Subscribe(changed);
            lock (_gate)
            {
                if (!_isEnded)
                {
                    _subscription = subscription;
                    return;
                }
            }

            subscription.Dispose();
        }

        public void Dispose()
        {
            lock (_gate)
                _isEnded = true;
            _subscription?.Dispose();
            use.Dispose();
        }
    }
}
