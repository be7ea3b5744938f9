using System.Collections.Concurrent;
using System.Globalization;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Sandbox.Api.Access;
using NodeManager.Sandbox.Api.Custom;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Api.Handlers;
using NodeManager.Sandbox.Api.Pods;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Copying;
using NodeManager.Sandbox.Hosting;
using NodeManager.Sandbox.Http;
using NodeManager.Sandbox.Metrics;
using NodeManager.Sandbox.Model.Clock;
using NodeManager.Sandbox.Model.Ownership;
using NodeManager.Sandbox.Saving;
using NodeManager.Sandbox.Seeding;

namespace NodeManager.Sandbox;

/// <summary>An in-memory Kubernetes: API and controllers. Clients use a transport, as with any API server.</summary>
public sealed class SandboxCluster : IDisposable
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentBag<SandboxServer> _servers = [];
    private readonly ServiceAccountTokens _tokens;
    private readonly ApiServer _server;
    private readonly FaultRegistry _faults;
    private readonly Lazy<SandboxPoolService> _pools;

    // On a fast clock, heartbeats would be old before the controllers begin.
    private readonly ClockHold? _pausedClock;

    private SandboxCluster(SandboxOptions options, int logCapacity, SavedCluster? saved = null)
    {
        if (!(options.Speed is > 0 and <= SandboxOptions.MaximumSpeed))
            throw new ArgumentException(
                $"The sandbox's clock takes a speed above 0 and up to {SandboxOptions.MaximumSpeed}, not {options.Speed}.",
                nameof(options)
            );
        Options = options;
        Time = options is { Speed: 1, StartsAt: null } ? options.Time : new ClusterClock(options.Time, options.Speed, options.StartsAt);
        _pausedClock = (Time as ClusterClock)?.Hold();
        int minor = ParseMinor(options.Version);
        SandboxFeatures.Check(options.Features, minor);
        Catalog = new(BuiltInKinds.All.Where(kind => kind.Feature is null || options.Features.Contains(kind.Feature)), minor);
        var store = new DocumentStore(BuiltInKinds.All.Where(static kind => kind.IsStored), logCapacity);
        // A restored cluster must not repeat UIDs.
        IdentitySource identities = new(saved is null ? options.Seed : HashSeed(options.Seed, saved.Header.ResourceVersion));
        Registry = new(store, Time, identities, Catalog.Minor, new("kube-apiserver"));
        _ = new CustomKinds(Registry, Catalog);
        _tokens = new(Registry, identities, Catalog.Minor);
        _faults = new(Time);
        Runs = new(store, options.Programs, Time);
        _server = new(Registry, Catalog, _tokens, _faults, options.Rbac, Runs);
        _pools = new(StartPools);
        if (saved is not null)
            Load(saved);
        InitialObjects.Create(Registry);
        UsageModel usage = new(store, Time, options.Seed);
        _server.Computed[BuiltInKinds.NodeMetrics] = new NodeMetricsSource(usage);
        _server.Computed[BuiltInKinds.PodMetrics] = new PodMetricsSource(usage);
    }

    public SandboxOptions Options { get; }

    /// <summary>The address of the in-process transport.</summary>
    public Uri Server { get; } = new("http://sandbox.invalid/");

    /// <summary>The cluster's clock, also for clients' waits, timeouts and ages.</summary>
    public TimeProvider Time { get; }

    internal KindCatalog Catalog { get; }

    internal ResourceRegistry Registry { get; }

    internal ApiServer Api => _server;

    internal PodRuns Runs { get; }

    /// <summary>The service of the cluster's node pools, started on first use.</summary>
    public SandboxPoolService Pools => _pools.Value;

    /// <summary>Null without controllers.</summary>
    internal ControllerHost? Controllers { get; private set; }

    /// <summary>Starts a cluster, which is seeded, scheduled and ready on return.</summary>
    /// <exception cref="ArgumentException">An unsupported version or feature, or an invalid speed.</exception>
    public static SandboxCluster Start(SandboxOptions options) => Start(options, DocumentStore.DefaultLogCapacity);

    /// <summary>As above with another log capacity.</summary>
    internal static SandboxCluster Start(SandboxOptions options, int logCapacity)
    {
        var cluster = new SandboxCluster(options, logCapacity);
        if (options.Nodes > 0)
            DemoCluster.Write(cluster.Registry, options.Nodes, options.Seed, cluster.Catalog.Minor);
        DefaultRoles.Create(cluster.Registry, cluster.Catalog.Minor);
        cluster.Live();
        return cluster;
    }

    /// <summary>
    /// Starts a copy of a real or embedded cluster: nodes, pods in place, workloads, PDBs and volumes, but no Secrets and ConfigMaps.
    /// Simulated kubelets take over the nodes; unready ones stay unready. The source is only read.
    /// </summary>
    /// <param name="options">The version is the source's, or the nearest supported one.</param>
    /// <param name="warn">Receives what could not be copied.</param>
    /// <exception cref="KubernetesException">The source refuses a required kind.</exception>
    public static async Task<SandboxCluster> CopyAsync(
        KubernetesClient source,
        SandboxOptions options,
        Action<string> warn,
        CancellationToken cancellationToken
    )
    {
        var reader = new SourceReader(source);
        int minor = await reader.ReadMinorAsync(cancellationToken);
        Task<IReadOnlyDictionary<ResourceKind, SourceList>> reading = reader.ReadAllAsync(warn, cancellationToken);
        Task<CopiedCustoms> customs = reader.ReadCustomsAsync(warn, cancellationToken);
        await Task.WhenAll(reading, customs);
        IReadOnlyDictionary<ResourceKind, SourceList> all = await reading;
        options = options with
        {
            Version = string.Create(CultureInfo.InvariantCulture, $"1.{minor}"),
            Nodes = all[BuiltInKinds.Nodes].Count,
            StartsAt = options.StartsAt ?? (source.Time is ClusterClock ? source.Time.GetUtcNow() : null),
        };
        var cluster = new SandboxCluster(options, DocumentStore.DefaultLogCapacity);
        new ClusterCopier(cluster.Registry, options.Seed).Write(all, await customs, cluster.Catalog);
        DefaultRoles.Create(cluster.Registry, cluster.Catalog.Minor);
        cluster.Live();
        return cluster;
    }

    /// <summary>Restores a saved cluster: objects with their versions and UIDs, clock and faults.</summary>
    /// <param name="saved">From <see cref="SandboxFile.Read(string)"/>.</param>
    /// <param name="speed">Null: the saved speed.</param>
    /// <param name="programs">See <see cref="SandboxOptions.Programs"/>.</param>
    public static SandboxCluster Restore(SavedCluster saved, double? speed, IReadOnlyList<SimulatedProgram> programs, TimeProvider time)
    {
        SavedHeader header = saved.Header;
        var options = new SandboxOptions
        {
            Version = header.Kubernetes,
            Seed = header.Seed,
            Rbac = header.Rbac,
            Features = header.Features,
            Speed = speed ?? header.Speed,
            Nodes = saved.Objects.Count(static one => one is { Group: "", Plural: "nodes" }),
            StartsAt = header.Time,
            Programs = programs,
            Time = time,
        };
        var cluster = new SandboxCluster(options, DocumentStore.DefaultLogCapacity, saved);
        cluster.Live();
        foreach (FaultRequest fault in header.Faults)
            cluster.SetFault(fault);
        return cluster;
    }

    /// <summary>An empty API without controllers, with another log capacity.</summary>
    internal static SandboxCluster StartStill(SandboxOptions options, int logCapacity)
    {
        var cluster = new SandboxCluster(options, logCapacity);
        DefaultRoles.Create(cluster.Registry, cluster.Catalog.Minor);
        cluster._pausedClock?.Dispose();
        return cluster;
    }

    /// <summary>An in-process transport. Disposing it ends only its own requests and watches.</summary>
    public HttpMessageHandler CreateTransport() => new InProcessTransport(_server, _stopped.Token);

    /// <summary>Serves the cluster on loopback until the server or the cluster is disposed.</summary>
    public SandboxServer Serve(SandboxServerOptions options) => Serve(options, ServerLimits.Default);

    internal SandboxServer Serve(SandboxServerOptions options, ServerLimits limits)
    {
        ObjectDisposedException.ThrowIf(_stopped.IsCancellationRequested, this);
        var server = new SandboxServer(this, options, limits);
        _servers.Add(server);
        return server;
    }

    /// <summary>Faults in the order in which they were set.</summary>
    public IReadOnlyList<FaultStatus> GetFaults() => _faults.Read();

    /// <summary>Injects a fault for all clients. Replaces a fault of the same name.</summary>
    public FaultStatus SetFault(FaultRequest request) => _faults.Set(request);

    /// <summary>Validates a fault.</summary>
    public static void CheckFault(FaultRequest request) => FaultRules.Complete(request);

    /// <summary>Whether a node name or wildcard pattern matches an existing node.</summary>
    public bool HasNode(string pattern)
    {
        var meant = new NamePattern(pattern);
        return Registry.Store.List(BuiltInKinds.Nodes).Objects.Walk().Any(node => meant.Matches(node.Name));
    }

    /// <summary>Removes a fault; its effects recover. False for an unknown name.</summary>
    public bool ClearFault(string name) => _faults.Clear(name);

    /// <summary>Saves a consistent snapshot to a file for <see cref="SandboxFile.Read(string)"/>.</summary>
    /// <param name="includeSecrets">False saves names and keys of Secrets only.</param>
    public void Save(string path, bool includeSecrets, bool replace)
    {
        (long version, IReadOnlyList<StoredObject> objects) = Registry.Store.Capture();
        SavedHeader header = new()
        {
            Format = SavedHeader.FormatName,
            FormatVersion = SavedHeader.CurrentVersion,
            Kubernetes = Options.Version,
            Seed = Options.Seed,
            Rbac = Options.Rbac,
            Features = [.. Options.Features],
            Speed = Options.Speed,
            Time = Time.GetUtcNow(),
            ResourceVersion = version,
            Objects = objects.Count,
            HasSecrets = includeSecrets,
            Faults = [.. GetFaults().Select(static fault => fault.Request with { At = fault.StartsAt })],
        };
        SandboxFile.Write(header, objects, path, includeSecrets, replace);
    }

    /// <summary>Stops the cluster and ends its watches.</summary>
    public void Dispose()
    {
        if (_stopped.IsCancellationRequested)
            return;
        _stopped.Cancel();
        foreach (SandboxServer server in _servers)
            server.Dispose();
        if (_pools.IsValueCreated)
            _pools.Value.Dispose();
        Controllers?.Dispose();
        _tokens.Dispose();
        _faults.Dispose();
        (Time as ClusterClock)?.Free();
        _stopped.Dispose();
    }

    private static int HashSeed(int seed, long version) =>
        unchecked((int)StableHash.Of(version.ToString(CultureInfo.InvariantCulture), seed));

    private void Live()
    {
        Task begin = Options.ControllersAfter ?? Task.CompletedTask;
        Controllers = ControllerHost.Start(Registry, Catalog, _faults, Options.Seed, Runs, _tokens, begin);
        _pausedClock?.Dispose();
    }

    private SandboxPoolService StartPools() =>
        new(Registry, Catalog, Options.Seed, token => _tokens.Authenticate(token) is not null, _stopped.Token);

    // Definitions first, because they create kinds.
    private void Load(SavedCluster saved)
    {
        foreach (
            SavedObject item in saved
                .Objects.OrderByDescending(static one => one.Group == BuiltInKinds.CustomResourceDefinitions.Group)
                .ThenBy(static one => one.Version)
        )
        {
            ResourceKind kind =
                Catalog.Kinds.FirstOrDefault(kind =>
                    kind.IsStored && kind.StoredAs == kind && kind.Group == item.Group && kind.Plural == item.Plural
                )
                ?? throw new NodeManagerException(
                    ErrorIds.SandboxFileDamaged,
                    ErrorKind.InvalidData,
                    $"The saved cluster has {item.Plural}.{item.Group}, which nothing defines.",
                    item.Plural
                );
            JsonObject document = item.Document;
            if (KubeSystemUid.IsStoredIn(kind, (document["metadata"] as JsonObject).Text("name") ?? ""))
            {
                document = (JsonObject)document.DeepClone();
                document.Ensure("metadata")["uid"] = KubeSystemUid.Create();
            }

            Registry.Store.Load(new DocumentObject(kind, document, ManagedFields.Read(item.Owners) ?? ManagedFields.None), item.Version);
        }

        Registry.Store.BeginAt(saved.Header.ResourceVersion);
    }

    private static int ParseMinor(string version) =>
        version.Split('.') is ["1", var minor, ..]
        && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number is >= 20 and <= 37
            ? number
            : throw new ArgumentException($"The sandbox is a Kubernetes of 1.20 to 1.37, not {version}.", nameof(version));
}
