using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes;

namespace NodeManager.Conformance.RealCluster;

/// <summary>
/// A real Kubernetes control plane on loopback with simulated kubelets: one for the whole test run, started by the first test that asks,
/// gone with the process. Works with 1.20 and with today's servers.
/// </summary>
internal sealed class ControlPlane : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(4);
    private static readonly Lazy<Task<ControlPlane>> Shared = new(() => StartAsync());

    private readonly string _folder = Directory.CreateTempSubdirectory("nodemanager-conformance-").FullName;
    private readonly CertificateAuthority _authority = new();
    private readonly List<ServerProcess> _processes = [];
    private readonly ServerBinaries _binaries;
    private readonly Lazy<HttpMessageHandler> _shared;
    private readonly Lazy<Task<ServerCapabilities>> _capabilities;
    private readonly ConcurrentDictionary<string, Lazy<Task>> _prepared = new(StringComparer.Ordinal);
    private readonly TimeSpan _nodeGrace;
    private IReadOnlyList<string> _options = [];
    private SimulatedKubelets? _kubelets;
    private ServerArguments? _arguments;
    private HttpClient? _store;
    private ServerProcess? _apiServer;
    private ServerProcess? _controllerManager;
    private int _disposed;

    private ControlPlane(ServerBinaries binaries, TimeSpan nodeGrace)
    {
        _binaries = binaries;
        _nodeGrace = nodeGrace;
        _shared = new(CreateAdminTransport);
        _capabilities = new(ReadCapabilitiesAsync);
        HasControllers = binaries.HasControllers;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Dispose();
    }

    public Uri Server { get; private set; } = null!;

    /// <summary>Of the Kubernetes 1.x that it is.</summary>
    public int Minor { get; private set; }

    /// <summary>As the server had them when a test first asked: hundreds of tests need not ask again.</summary>
    public Task<ServerCapabilities> Capabilities => _capabilities.Value;

    /// <summary>Creates objects that all tests of this cluster share: the first call does, later ones await it.</summary>
    /// <param name="name">Of what is created.</param>
    /// <param name="create">Creates what does not exist.</param>
    public async Task PrepareAsync(string name, Func<Task> create)
    {
        Lazy<Task> first = _prepared.GetOrAdd(name, _ => new(create));
        try
        {
            await first.Value;
        }
        catch
        {
            // The next call tries again.
            _prepared.TryRemove(new(name, first));
            throw;
        }
    }

    /// <summary>The numbers of objects that these collections hold in a namespace, read from the store in one request.</summary>
    /// <param name="collections">As the store names them: mostly by the plural.</param>
    public async Task<IReadOnlyList<int>> CountAsync(IEnumerable<string> collections, string ns)
    {
        var ranges = new JsonArray();
        foreach (string collection in collections)
            ranges.Add(
                new JsonObject
                {
                    ["request_range"] = new JsonObject
                    {
                        // "0" is the character after "/".
                        ["key"] = Base64($"/registry/{collection}/{ns}/"),
                        ["range_end"] = Base64($"/registry/{collection}/{ns}0"),
                        ["count_only"] = true,
                    },
                }
            );
        using var content = new StringContent(new JsonObject { ["success"] = ranges }.ToJsonString());
        using HttpResponseMessage answer = await _store!.PostAsync("v3/kv/txn", content);
        answer.EnsureSuccessStatusCode();
        JsonNode counts = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return
        [
            // In JSON, etcd writes 64-bit numbers as strings, and leaves 0 out.
            .. counts["responses"]!
                .AsArray()
                .Select(static one => int.Parse((string?)one!["response_range"]!["count"] ?? "0", CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>True when kube-controller-manager and kube-scheduler run, so that workloads live.</summary>
    public bool HasControllers { get; }

    /// <summary>The one of this run. Only where <see cref="ServerBinaries.Find"/> finds something to start.</summary>
    public static Task<ControlPlane> GetAsync() => Shared.Value;

    /// <summary>A transport that authenticates as this user by a client certificate.</summary>
    public HttpMessageHandler CreateTransport(string user, params IEnumerable<string> groups)
    {
        (string certificate, string key) = _authority.IssueClient(user, groups);
        return CreateTransport([X509Certificate2.CreateFromPem(certificate, key)]);
    }

    /// <summary>A transport that shows nothing by itself.</summary>
    public HttpMessageHandler CreateAnonymousTransport() => CreateTransport([]);

    public HttpMessageHandler CreateAdminTransport() => CreateTransport("admin", "system:masters");

    /// <summary>An administrator's over connections that all of these share: a connection costs both sides as much as several requests.</summary>
    public HttpMessageHandler CreateSharedAdminTransport() => new SharedTransport(_shared.Value);

    /// <summary>Writes a kubeconfig for this user and returns its path.</summary>
    public string WriteKubeconfig(string user, params IEnumerable<string> groups)
    {
        (string certificate, string key) = _authority.IssueClient(user, groups);
        return Write(
            $"{user}.{Path.GetRandomFileName()}.kubeconfig",
            $"""
            apiVersion: v1
            kind: Config
            current-context: conformance
            clusters:
            - name: conformance
              cluster:
                server: {Server.AbsoluteUri.TrimEnd('/')}
                certificate-authority-data: {Base64(_authority.CertificatePem)}
            contexts:
            - name: conformance
              context: {"{"}cluster: conformance, user: {user}{"}"}
            users:
            - name: {user}
              user:
                client-certificate-data: {Base64(certificate)}
                client-key-data: {Base64(key)}

            """
        );
    }

    /// <summary>For programs that take files in PEM: the authority's certificate, and a client's with its key.</summary>
    public (string Authority, string Certificate, string Key) WriteClient(string user, params IEnumerable<string> groups)
    {
        (string certificate, string key) = _authority.IssueClient(user, groups);
        string name = Path.GetRandomFileName();
        return (Write(name + ".ca", _authority.CertificatePem), Write(name + ".crt", certificate), Write(name + ".key", key));
    }

    /// <summary>Starts a further kube-scheduler with a configuration of its own, in which KUBECONFIG stands for its kubeconfig. Ends when disposed.</summary>
    public ServerProcess StartScheduler(string configuration)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, Path.GetRandomFileName())).FullName;
        string file = Path.Combine(folder, "configuration.yaml");
        File.WriteAllText(
            file,
            configuration.Replace("KUBECONFIG", WriteKubeconfig("further-scheduler", "system:masters"), StringComparison.Ordinal)
        );
        return new(ServerBinaries.Find(out _)!.Scheduler!, folder, removeFolder: true, _arguments!.FurtherScheduler(file));
    }

    /// <summary>Kills the API server, without a word to it: SIGKILL. Its store and all else continue.</summary>
    public void KillApiServer()
    {
        _processes.Remove(_apiServer!);
        _apiServer!.Dispose();
    }

    /// <summary>Stops the API server without ending it: connections stay open, and no request is answered.</summary>
    public void PauseApiServer() => _apiServer!.Pause();

    /// <summary>Ends a pause.</summary>
    public void ContinueApiServer() => _apiServer!.Continue();

    /// <summary>From then on no controller acts: none for disruptions, workloads or nodes.</summary>
    public void KillControllerManager()
    {
        _processes.Remove(_controllerManager!);
        _controllerManager!.Dispose();
    }

    /// <summary>Starts the API server on its port and store, the first time or after <see cref="KillApiServer"/>, and waits until it serves.</summary>
    public async Task StartApiServerAsync()
    {
        _apiServer = Start(_binaries.ApiServer, [.. _arguments!.ApiServer, .. _options]);
        using var http = new HttpClient(CreateAdminTransport());
        await ReachAsync(_apiServer, http, new(Server, "readyz"));
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _kubelets?.Dispose();
        if (_shared.IsValueCreated)
            _shared.Value.Dispose();
        _store?.Dispose();
        foreach (ServerProcess process in Enumerable.Reverse(_processes))
            process.Dispose();
        _authority.Dispose();
    }

    private async Task<ServerCapabilities> ReadCapabilitiesAsync()
    {
        using var client = new KubernetesClient(Server, CreateAdminTransport());
        return await client.GetCapabilitiesAsync(default);
    }

    private SocketsHttpHandler CreateTransport(X509CertificateCollection certificates)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(X509Certificate2.CreateFromPem(_authority.CertificatePem));
        return new()
        {
            EnableMultipleHttp2Connections = true,
            SslOptions = new SslClientAuthenticationOptions { ClientCertificates = certificates, CertificateChainPolicy = trust },
        };
    }

    /// <summary>One of its own, for a test that needs the whole cluster; dispose it.</summary>
    /// <param name="nodeGrace">How long a node may stay silent before it becomes Unknown; null: <see cref="SimulatedKubelets.Grace"/>.</param>
    public static Task<ControlPlane> StartAsync(TimeSpan? nodeGrace = null) =>
        StartAsync(hasControllers: true, hasKubelets: true, nodeGrace ?? SimulatedKubelets.Grace, []);

    /// <summary>One of its own without nodes, for real kubelets; dispose it.</summary>
    /// <param name="nodeGrace">How long a node may stay silent before it becomes Unknown.</param>
    public static Task<ControlPlane> StartWithoutNodesAsync(TimeSpan nodeGrace) =>
        StartAsync(hasControllers: true, hasKubelets: false, nodeGrace, []);

    /// <summary>One of its own in which nothing acts but the API server: no controllers, no scheduler, no kubelets; dispose it.</summary>
    /// <param name="options">Further arguments of the API server.</param>
    public static Task<ControlPlane> StartStillAsync(params IReadOnlyList<string> options) =>
        StartAsync(hasControllers: false, hasKubelets: false, SimulatedKubelets.Grace, options);

    private static async Task<ControlPlane> StartAsync(
        bool hasControllers,
        bool hasKubelets,
        TimeSpan nodeGrace,
        IReadOnlyList<string> options
    )
    {
        ServerBinaries binaries = ServerBinaries.Find(out string reason) ?? throw new InvalidOperationException(reason);
        if (!hasControllers)
            binaries = binaries with { ControllerManager = null, Scheduler = null };
        var plane = new ControlPlane(binaries, nodeGrace) { _options = options };
        try
        {
            await plane.StartProcessesAsync(binaries);
            if (hasKubelets)
                plane._kubelets = SimulatedKubelets.Start(new(plane.Server, plane.CreateAdminTransport()), nodeGrace);
            return plane;
        }
        catch
        {
            plane.Dispose();
            throw;
        }
    }

    private async Task StartProcessesAsync(ServerBinaries binaries)
    {
        string version = await RunAsync(binaries.ApiServer, "--version");
        int[] ports = FreePorts(3);
        Server = new(string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{ports[2]}/"));
        ServerArguments arguments = _arguments = new(_folder, version, ports[0], ports[1], ports[2], _nodeGrace);
        Minor = arguments.Minor;
        WriteCertificates();

        ServerProcess etcd = Start(binaries.Etcd, arguments.Etcd, removeFolder: true);
        _store = new() { BaseAddress = arguments.EtcdAddress };
        await ReachAsync(etcd, _store, new(arguments.EtcdAddress, "health"));

        await StartApiServerAsync();
        // So that the first resourceVersions, which no test needs, have expired.
        using HttpResponseMessage compacted = await _store.PostAsync("v3/kv/compaction", new StringContent("""{"revision": 10}"""));
        compacted.EnsureSuccessStatusCode();

        string kubeconfig = WriteKubeconfig("controllers", "system:masters");
        if (binaries.ControllerManager is { } controllerManager)
            _controllerManager = Start(controllerManager, arguments.ControllerManager(kubeconfig));
        if (binaries.Scheduler is { } scheduler)
            Start(scheduler, arguments.Scheduler(kubeconfig));
    }

    private ServerProcess Start(string file, IEnumerable<string> arguments, bool removeFolder = false)
    {
        var process = new ServerProcess(file, _folder, removeFolder, arguments);
        _processes.Add(process);
        return process;
    }

    private void WriteCertificates()
    {
        Write("ca.crt", _authority.CertificatePem);
        (string certificate, string key) = _authority.IssueServer();
        Write("apiserver.crt", certificate);
        Write("apiserver.key", key);
        using RSA serviceAccounts = RSA.Create(2048);
        Write("sa.key", serviceAccounts.ExportRSAPrivateKeyPem());
        Write("sa.pub", serviceAccounts.ExportSubjectPublicKeyInfoPem());
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(text));

    private static async Task ReachAsync(ServerProcess process, HttpClient http, Uri address)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            process.ThrowIfEnded();
            try
            {
                using HttpResponseMessage answer = await http.GetAsync(address);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            if (Stopwatch.GetElapsedTime(start) > StartLimit)
                throw new TimeoutException($"{process.Name} did not come up within {StartLimit.TotalSeconds:0} s:\n{process.LogTail()}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    private static async Task<string> RunAsync(string file, string argument)
    {
        using Process process = Process.Start(new ProcessStartInfo(file, argument) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output.Trim();
    }

    /// <summary>
    /// Free ports below those that a system gives to connections: while a server is away, one that looks for it could get its port, and meet itself.
    /// </summary>
    internal static int[] FreePorts(int count) =>
        [.. Enumerable.Range(0, int.MaxValue).Select(_ => Random.Shared.Next(15000, 30000)).Where(IsFree).Distinct().Take(count)];

    private static bool IsFree(int port)
    {
        using TcpListener listener = new(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
