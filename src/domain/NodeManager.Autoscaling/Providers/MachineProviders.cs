using System.Net;
using System.Text.Json;
using NodeManager.Core.Machines;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using ApiResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Providers;

/// <summary>
/// The providers of a session: created once from NodeSmithProvider and Secrets, recreated when one of them changes, and disposed with the
/// session. Credentials stay in memory. Thread-safe; get it with <see cref="SessionMachineProviders.MachineProviders"/>.
/// </summary>
public sealed class MachineProviders : IMachineProviderSource, IDisposable
{
    private readonly ClusterConnection _connection;
    private readonly MachineProviderRegistry _registry;
    private readonly Func<MachineProviderSettings, MachineProviderSettings> _prepare;
    private readonly SecretReader _secrets;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Namespace, string Name), Entry> _entries = [];
    private readonly List<Action<string, string>> _followers = [];
    private string? _clusterId;
    private bool _isDisposed;

    /// <param name="registry">The types of providers.</param>
    /// <param name="prepare">Changes settings before a provider is created, for tests; null: unchanged.</param>
    public MachineProviders(
        ClusterConnection connection,
        MachineProviderRegistry registry,
        Func<MachineProviderSettings, MachineProviderSettings>? prepare = null
    )
    {
        _connection = connection;
        _registry = registry;
        _prepare = prepare ?? (static settings => settings);
        _secrets = new(connection);
    }

    /// <inheritdoc/>
    /// <remarks>Watches the Secrets of opened providers. Without followers, Secrets are read each time.</remarks>
    public IDisposable Follow(Action<string, string> changed)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _followers.Add(changed);
            if (_followers.Count == 1)
                _secrets.Follow(NotifyFollower);
        }

        return new Following(this, changed);
    }

    /// <summary>Reads the NodeSmithProvider of the name, and opens it.</summary>
    /// <exception cref="KubernetesException">The server fails. A missing object or permission does not throw.</exception>
    public async Task<MachineProviderAccess> OpenAsync(string ns, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenAsync(
                await _connection.Client.GetAsync(NodeSmithResources.Providers, name, ns, cancellationToken),
                cancellationToken
            );
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound && !NodeSmithErrors.IsNotServed(e))
        {
            Retire(ns, name);
            return MachineProviderAccess.None(NodeProviderReason.ProviderNotFound, $"NodeSmithProvider {ns}/{name} does not exist.");
        }
    }

    /// <inheritdoc/>
    /// <exception cref="KubernetesException">The server fails. A missing object or permission does not throw.</exception>
    public async Task<MachineProviderAccess> OpenAsync(NodeSmithProvider provider, CancellationToken cancellationToken)
    {
        (string ns, string name) = (provider.Metadata.Namespace ?? "", provider.Metadata.Name);
        string title = $"NodeSmithProvider {ns}/{name}";
        JsonElement spec = provider.Spec.ToElement();
        if (_registry.Find(provider.Spec.Type) is not { } factory)
        {
            return MachineProviderAccess.None(
                NodeProviderReason.UnknownType,
                $"{title}: the provider type '{provider.Spec.Type}' is unknown. Known types: {string.Join(", ", _registry.Types)}. Load the assembly that brings it."
            );
        }

        Entry entry = EntryOf(ns, name);
        await entry.Turn.WaitAsync(cancellationToken);
        try
        {
            var read = new SecretSet(title, ns);
            foreach (MachineSecret wanted in factory.GetSecrets(spec))
            {
                if (await ReadAsync(read, wanted, entry, cancellationToken) is { } problem)
                    return problem;
            }

            string version = $"{provider.Metadata.Uid}\n{spec.GetRawText()}\n{read.Version}";
            if (entry.Provider is { } known && entry.Version == version)
                return MachineProviderAccess.To(known);
            (string owner, MachineProviderAccess? unknown) = await GetOwnerAsync(title, ns, name, cancellationToken);
            if (unknown is not null)
                return unknown;
            MachineProviderSettings settings = _prepare(
                new(name, ns, spec, read.Own)
                {
                    Owner = owner,
                    FurtherCredentials = read.All,
                    Time = _connection.Time,
                    Logger = _connection.Logger,
                    Cluster = _connection.Client,
                }
            );
            IReadOnlyList<string> wrong = factory.Validate(settings);
            if (wrong.Count > 0)
                return MachineProviderAccess.None(
                    NodeProviderReason.InvalidSettings,
                    settings.Redact($"{title}: {string.Join(" ", wrong)}")
                );
            var created = new SharedMachineProvider(factory.Create(settings), name);
            Replace(entry, created, version);
            return MachineProviderAccess.To(created);
        }
        catch (NodeManagerException e) when (e.ErrorId == ErrorIds.Invalid)
        {
            return MachineProviderAccess.None(NodeProviderReason.InvalidSettings, e.Message);
        }
        finally
        {
            entry.Turn.Release();
        }
    }

    private Entry EntryOf(string ns, string name)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_entries.TryGetValue((ns, name), out Entry? entry))
                _entries[(ns, name)] = entry = new();
            return entry;
        }
    }

    /// <exception cref="KubernetesException">The namespace kube-system cannot be read.</exception>
    public async Task<string> GetOwnerAsync(string ns, string name, CancellationToken cancellationToken)
    {
        _clusterId ??= (await _connection.Client.GetAsync(ApiResources.Namespaces.MetadataOnly(), "kube-system", null, cancellationToken))
            .Metadata
            .Uid;
        return $"{_clusterId}/{ns}/{name}";
    }

    public void Dispose()
    {
        Entry[] entries;
        lock (_lock)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            entries = [.. _entries.Values];
            _entries.Clear();
            _followers.Clear();
        }

        _secrets.Dispose();
        foreach (Entry entry in entries)
            entry.Provider?.Dispose();
    }

    private async Task<(string Owner, MachineProviderAccess? Unknown)> GetOwnerAsync(
        string title,
        string ns,
        string name,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (await GetOwnerAsync(ns, name, cancellationToken), null);
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.Forbidden)
        {
            return (
                "",
                MachineProviderAccess.None(
                    NodeProviderReason.Forbidden,
                    $"{title}: Permission denied: cannot get namespace kube-system, whose UID marks the cluster's machines. {e.Message}"
                )
            );
        }
    }

    /// <summary>Reads a Secret into the set; null on success.</summary>
    private async Task<MachineProviderAccess?> ReadAsync(
        SecretSet read,
        MachineSecret wanted,
        Entry entry,
        CancellationToken cancellationToken
    )
    {
        if (wanted.Name.Length == 0)
            return MachineProviderAccess.None(
                NodeProviderReason.InvalidSettings,
                $"{read.Title}: {wanted.Field} must name a Secret with {string.Join(" and ", wanted.Keys)}."
            );
        SecretName name = new(wanted.Namespace ?? read.Namespace, wanted.Name);
        entry.Refer(name);
        try
        {
            if (!read.Has(name))
            {
                if (await _secrets.ReadAsync(name, cancellationToken) is not { } secret)
                    return MachineProviderAccess.None(
                        NodeProviderReason.SecretNotFound,
                        $"{read.Title}: Secret {name} ({wanted.Field}) does not exist."
                    );
                read.Add(name, secret);
            }
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.Forbidden)
        {
            return MachineProviderAccess.None(
                NodeProviderReason.Forbidden,
                $"{read.Title}: Permission denied: cannot get Secret {name}. {e.Message}"
            );
        }
        catch (NodeManagerException e) when (e.ErrorId == ErrorIds.Invalid)
        {
            return MachineProviderAccess.None(
                NodeProviderReason.InvalidSettings,
                $"{read.Title}: {wanted.Field} is not a valid reference. {e.Message}"
            );
        }

        if (wanted.Field == MachineSecret.OwnField)
            read.Own = read.Of(name);
        string[] missing = [.. wanted.Keys.Where(key => read.Of(name).Find(key) is null)];
        return missing.Length == 0
            ? null
            : MachineProviderAccess.None(
                NodeProviderReason.SecretKeyMissing,
                $"{read.Title}: Secret {name} has no value for {string.Join(" and ", missing)}."
            );
    }

    private void Replace(Entry entry, SharedMachineProvider created, string version)
    {
        SharedMachineProvider? before;
        lock (_lock)
        {
            if (_isDisposed)
            {
                created.Dispose();
                throw new ObjectDisposedException(nameof(MachineProviders));
            }

            before = entry.Provider;
            (entry.Provider, entry.Version) = (created, version);
        }

        before?.Dispose();
    }

    private void Retire(string ns, string name)
    {
        Entry? entry;
        lock (_lock)
            _entries.Remove((ns, name), out entry);
        entry?.Provider?.Dispose();
    }

    private void NotifyFollower(SecretName secret)
    {
        (string Namespace, string Name)[] concerned;
        Action<string, string>[] followers;
        lock (_lock)
        {
            concerned = [.. _entries.Where(one => one.Value.RefersTo(secret)).Select(static one => one.Key)];
            followers = [.. _followers];
        }

        foreach ((string ns, string name) in concerned)
        foreach (Action<string, string> follower in followers)
            follower(ns, name);
    }

    private void Unfollow(Action<string, string> changed)
    {
        lock (_lock)
        {
            if (!_followers.Remove(changed) || _followers.Count > 0)
                return;
        }

        _secrets.Unfollow();
    }

    private sealed class Following(MachineProviders providers, Action<string, string> changed) : IDisposable
    {
        private int _isEnded;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isEnded, 1) == 0)
                providers.Unfollow(changed);
        }
    }

    /// <summary>The state of one NodeSmithProvider.</summary>
    private sealed class Entry
    {
        private readonly HashSet<SecretName> _secrets = [];

        /// <summary>Held by the caller that opens it.</summary>
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public SharedMachineProvider? Provider { get; set; }

        public string Version { get; set; } = "";

        public void Refer(SecretName name)
        {
            lock (_secrets)
                _secrets.Add(name);
        }

        public bool RefersTo(SecretName name)
        {
            lock (_secrets)
                return _secrets.Contains(name);
        }
    }

    private sealed class SecretSet(string title, string ns)
    {
        private readonly Dictionary<SecretName, (MachineCredentials Credentials, string Version)> _read = [];

        public string Title => title;

        public string Namespace => ns;

        public MachineCredentials Own { get; set; } = MachineCredentials.None;

        public string Version => string.Join('\n', _read.Select(static one => $"{one.Key} {one.Value.Version}"));

        public Dictionary<string, MachineCredentials> All =>
            _read.ToDictionary(static one => one.Key.ToString(), static one => one.Value.Credentials, StringComparer.Ordinal);

        public bool Has(SecretName name) => _read.ContainsKey(name);

        public MachineCredentials Of(SecretName name) => _read[name].Credentials;

        public void Add(SecretName name, Secret secret) =>
            _read[name] = (SecretReader.Credentials(secret), $"{secret.Metadata.Uid} {secret.Metadata.ResourceVersion}");
    }
}

public static class SessionMachineProviders
{
    /// <summary>
    /// Shared by all operations of the session, with the types of <see cref="MachineProviderRegistry.Shared"/>, and disposed with it.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The session has ended.</exception>
    public static MachineProviders MachineProviders(this ClusterConnection connection) =>
        connection.Get(static of => new MachineProviders(of, MachineProviderRegistry.Shared));
}
