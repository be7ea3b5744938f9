using System.Collections.Concurrent;
using System.Globalization;
using NodeManager.Sandbox.Access;
using NodeManager.Sandbox.Api;
using NodeManager.Sandbox.Clock;
using NodeManager.Sandbox.Controllers;
using NodeManager.Sandbox.CustomResources;
using NodeManager.Sandbox.Faults;
using NodeManager.Sandbox.Http;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Kubelet;
using NodeManager.Sandbox.Metrics;
using NodeManager.Sandbox.Seeding;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox;

/// <summary>
/// A Kubernetes in memory: an API and what makes it live. Knows nothing of its users; they reach it as any API server, over a transport.
/// </summary>
public sealed class SandboxCluster : IDisposable
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentBag<SandboxServer> _servers = [];
    private readonly ServiceAccountTokens _tokens;
    private readonly ApiServer _server;
    private readonly FaultBoard _faults;

    private SandboxCluster(SandboxOptions options, int logCapacity)
    {
        if (!(options.Speed is > 0 and <= SandboxOptions.MaximumSpeed))
            throw new ArgumentException($"The sandbox's clock takes a speed above 0 and up to {SandboxOptions.MaximumSpeed}, not {options.Speed}.", nameof(options));
        Options = options;
        Time = options.Speed == 1 ? options.Time : new ClusterClock(options.Time, options.Speed, null);
        Catalog = new(BuiltInKinds.Every, ParseMinor(options.Version));
        var store = new ObjectStore(Catalog.Kinds.Where(static kind => kind.IsStored), logCapacity);
        IdentitySource identities = new(options.Seed);
        Registry = new(store, Time, identities, Catalog.Minor, new("kube-apiserver"));
        _ = new CustomKinds(Registry, Catalog);
        _tokens = new(Registry, identities, Catalog.Minor);
        _faults = new(Time);
        Runs = new(store, options.Programs, Time);
        _server = new(Registry, Catalog, _tokens, _faults, options.Rbac, Runs);
        InitialObjects.Create(Registry);
        UsageModel usage = new(store, Time, options.Seed);
        _server.Computed[BuiltInKinds.NodeMetrics] = new NodeMetricsSource(usage);
        _server.Computed[BuiltInKinds.PodMetrics] = new PodMetricsSource(usage);
    }

    public SandboxOptions Options { get; }

    /// <summary>The address that the in-process transport answers for.</summary>
    public Uri Server { get; } = new("http://sandbox.invalid/");

    /// <summary>The clock of everything in it, and of what is done in it from outside: waits, timeouts, ages.</summary>
    public TimeProvider Time { get; }

    internal KindCatalog Catalog { get; }

    internal ResourceRegistry Registry { get; }

    internal ApiServer Api => _server;

    /// <summary>What the programs in pods do.</summary>
    internal PodRuns Runs { get; }

    /// <summary>What acts on its own; null where nothing does.</summary>
    internal ControllerHost? Controllers { get; private set; }

    /// <summary>Starts a cluster: seeded, scheduled and ready when this returns.</summary>
    /// <exception cref="ArgumentException">The version is not one of 1.20 to 1.37, or the speed is out of range.</exception>
    public static SandboxCluster Start(SandboxOptions options)
    {
        var cluster = new SandboxCluster(options, ObjectStore.DefaultLogCapacity);
        if (options.Nodes > 0) DemoCluster.Write(cluster.Registry, options.Nodes, options.Seed, cluster.Catalog.Minor);
        DefaultRoles.Create(cluster.Registry, cluster.Catalog.Minor);
        cluster.Controllers = ControllerHost.Start(cluster.Registry, cluster.Catalog, cluster._faults, options.Seed, cluster.Runs);
        return cluster;
    }

    /// <summary>The API alone, empty, with nothing that acts on its own; and with a bound on what watches can resume over.</summary>
    internal static SandboxCluster StartStill(SandboxOptions options, int logCapacity)
    {
        var cluster = new SandboxCluster(options, logCapacity);
        DefaultRoles.Create(cluster.Registry, cluster.Catalog.Minor);
        return cluster;
    }

    /// <summary>A transport into the cluster, in process. Make as many as wanted; disposing one ends only its own requests and watches.</summary>
    public HttpMessageHandler CreateTransport() => new InProcessTransport(_server, _stopped.Token);

    /// <summary>Serves the cluster on loopback, until the server or the cluster is disposed.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The port is taken.</exception>
    /// <exception cref="IOException">The kubeconfig cannot be written.</exception>
    public SandboxServer Serve(SandboxServerOptions options) => Serve(options, ServerLimits.Default);

    internal SandboxServer Serve(SandboxServerOptions options, ServerLimits limits)
    {
        ObjectDisposedException.ThrowIf(_stopped.IsCancellationRequested, this);
        var server = new SandboxServer(this, options, limits);
        _servers.Add(server);
        return server;
    }

    /// <summary>All faults that were set and not cleared, in the order in which they were set.</summary>
    public IReadOnlyList<FaultStatus> GetFaults() => _faults.Read();

    /// <summary>Makes something go wrong, for whoever uses the cluster. A fault of the same name is replaced.</summary>
    /// <exception cref="NodeManagerException">SandboxFaultInvalid, InvalidSelector.</exception>
    public FaultStatus SetFault(FaultRequest request) => _faults.Set(request);

    /// <summary>Ends a fault and forgets it; what it made go wrong recovers. False if there is none of this name.</summary>
    public bool ClearFault(string name) => _faults.Clear(name);

    /// <summary>Stops it: its watches end, and nothing answers any more.</summary>
    public void Dispose()
    {
        if (_stopped.IsCancellationRequested) return;
        _stopped.Cancel();
        foreach (SandboxServer server in _servers) server.Dispose();
        Controllers?.Dispose();
        _tokens.Dispose();
        _faults.Dispose();
        (Time as ClusterClock)?.Free();
        _stopped.Dispose();
    }

    private static int ParseMinor(string version) =>
        version.Split('.') is ["1", var minor, ..] && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 20 and <= 37
            ? number
            : throw new ArgumentException($"The sandbox is a Kubernetes of 1.20 to 1.37, not {version}.", nameof(version));
}
