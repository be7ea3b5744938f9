using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Conformance.RealCluster;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Testing;

namespace NodeManager.Conformance.Harness;

/// <summary>
/// What one test has to itself: on the embedded cluster a whole cluster, on the real one a namespace and nodes of its own, told apart by
/// <see cref="Id"/>, so that tests run side by side.
/// </summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly SandboxCluster? _sandbox;
    private readonly ControlPlane? _plane;
    private readonly List<IDisposable> _sessions = [];
    private readonly ConcurrentDictionary<string, ConcurrentQueue<(RequestInfo Request, bool IsForbidden)>> _requests = new(
        StringComparer.Ordinal
    );

    private readonly ConcurrentBag<string> _cleaned = [];

    private readonly PacedTimeProvider? _pace;

    // The administrator's.
    private readonly HttpClient _http;

    private TestCluster(SandboxCluster? sandbox, ControlPlane? plane, PacedTimeProvider? pace = null)
    {
        _sandbox = sandbox;
        _plane = plane;
        _pace = pace;
        Client = CreateClient();
        _http = new(CreateTransport(null)) { BaseAddress = Server };
    }

    /// <summary>Starts a further kube-scheduler beside the real cluster's own.</summary>
    public IDisposable StartScheduler(string configuration) => _plane!.StartScheduler(configuration);

    /// <summary>The embedded cluster; null for a real one.</summary>
    public SandboxCluster? Sandbox => _sandbox;

    /// <summary>The administrator's client.</summary>
    public KubernetesClient Client { get; }

    public ServerCapabilities Capabilities { get; private set; } = null!;

    public string Id { get; } = Guid.NewGuid().ToString("N")[..8];

    public string Namespace => "test-" + Id;

    /// <summary>Label that the nodes of this test carry, and its pods select.</summary>
    public IReadOnlyDictionary<string, string> Mark => new Dictionary<string, string> { ["test"] = Id };

    /// <summary><see cref="Mark"/> as a label selector.</summary>
    public string Selector => "test=" + Id;

    /// <summary>Of the Kubernetes 1.x that is tested.</summary>
    public int Minor => Capabilities.Minor;

    public bool IsReal => _plane is not null;

    /// <summary>True where PDBs have a status and pods are scheduled.</summary>
    public bool HasControllers => _plane?.HasControllers ?? true;

    private bool HasQuickLeases { get; init; }

    /// <summary>The cluster's clock.</summary>
    public TimeProvider Time => _sandbox?.Time ?? TimeProvider.System;

    /// <param name="backend">See <see cref="Backend"/>.</param>
    /// <param name="workloads">True when the test needs a scheduler and controllers; skipped where the backend has none.</param>
    /// <param name="rbac">True when the test is about rights: the embedded cluster has them enforced, as the real one always has.</param>
    /// <param name="speed">Of the embedded cluster's clock, which its sessions take their time from; the real one's is the wall's.</param>
    /// <param name="quickLeases">True when the test waits for a renewal after each node's work: its nodes renew every 2 seconds.</param>
    public static async Task<TestCluster> StartAsync(
        string backend,
        bool workloads = false,
        bool rbac = false,
        double speed = 1,
        bool quickLeases = false
    )
    {
        if (backend == Backend.Real)
            Skip.If(ServerBinaries.Find(out string reason) is null, reason);
        ControlPlane? plane = backend == Backend.Real ? await ControlPlane.GetAsync() : null;
        Skip.If(workloads && plane is { HasControllers: false }, "KUBEBUILDER_ASSETS has no kube-controller-manager and kube-scheduler");
        if (plane is not null)
            return await BeginAsync(new(null, plane) { HasQuickLeases = quickLeases });
        SandboxOptions options = OptionsOf(backend) with { Rbac = rbac, Speed = speed };
        // A fast clock would outrun the test on a busy machine.
        PacedTimeProvider? pace = speed > 1 ? new() : null;
        var sandbox = SandboxCluster.Start(pace is null ? options : options with { Time = pace });
        return await BeginAsync(new(sandbox, null, pace) { HasQuickLeases = quickLeases });
    }

    /// <summary>On a real control plane of its own, which is the caller's to dispose.</summary>
    public static Task<TestCluster> StartOnAsync(ControlPlane plane) => BeginAsync(new(null, plane));

    private static async Task<TestCluster> BeginAsync(TestCluster cluster)
    {
        cluster.Capabilities = await (cluster._plane?.Capabilities ?? cluster.Client.GetCapabilitiesAsync(default));
        await cluster.CreateAsync(Resources.Namespaces, Manifests.Namespace(cluster.Namespace));
        return cluster;
    }

    /// <summary>A client of its own; <paramref name="wrap"/> puts faults between it and the server.</summary>
    public KubernetesClient CreateClient(Func<HttpMessageHandler, HttpMessageHandler>? wrap = null) => new(Server, CreateTransport(wrap));

    /// <summary>A session of the administrator's; <paramref name="wrap"/> puts faults between it and the server, <paramref name="time"/> is the clock of its machine.</summary>
    public Task<NodeManagerSession> ConnectAsync(Func<HttpMessageHandler, HttpMessageHandler>? wrap = null, TimeProvider? time = null) =>
        ConnectOverAsync(CreateTransport(wrap), time);

    /// <summary>A session of another user: on the real cluster by a certificate, on the embedded one by impersonation.</summary>
    public Task<NodeManagerSession> ConnectAsAsync(string user, params IEnumerable<string> groups) =>
        ConnectOverAsync(new RequestRecorder(CreateTransportOf(user, groups), _requests.GetOrAdd(user, static _ => [])));

    /// <summary>What the sessions of <see cref="ConnectAsAsync"/> have asked of the server.</summary>
    public IReadOnlyList<(RequestInfo Request, bool IsForbidden)> RequestsOf(string user) => [.. _requests.GetValueOrDefault(user) ?? []];

    /// <summary>What the server answers such a user, whatever its code.</summary>
    public Task<WireAnswer> SendAsAsync(
        string user,
        IEnumerable<string> groups,
        string method,
        string path,
        string? body = null,
        string contentType = "application/json"
    ) => SendOverAsync(CreateTransportOf(user, groups), method, path, body, contentType);

    /// <summary>What the server answers to a request with headers of its own.</summary>
    public Task<WireAnswer> SendWithAsync(
        IEnumerable<KeyValuePair<string, string>> headers,
        string method,
        string path,
        string? body = null
    ) => SendOverAsync(new HeaderHandler(CreateTransport(null), headers), method, path, body, "application/json");

    /// <summary>The response to a caller with this token, impersonating another user if specified.</summary>
    public Task<WireAnswer> SendWithTokenAsync(string token, string method, string path, string? impersonate = null)
    {
        List<KeyValuePair<string, string>> headers = [new("Authorization", "Bearer " + token)];
        if (impersonate is not null)
            headers.Add(new("Impersonate-User", impersonate));
        return SendOverAsync(
            new HeaderHandler(_sandbox?.CreateTransport() ?? _plane!.CreateAnonymousTransport(), headers),
            method,
            path,
            null,
            "application/json"
        );
    }

    /// <summary>The path of an administrator's kubeconfig for the cluster, which is served over the network.</summary>
    public string ServeKubeconfig()
    {
        if (_plane is not null)
            return _plane.WriteKubeconfig("admin", "system:masters");
        return _sandbox!.Serve(new()).KubeconfigPath;
    }

    private async Task<NodeManagerSession> ConnectOverAsync(HttpMessageHandler transport, TimeProvider? time = null)
    {
        NodeManagerSession session = await SessionFactory.ConnectAsync(
            "conformance",
            Server,
            transport,
            null,
            NullLogger.Instance,
            time ?? Time,
            default
        );
        _sessions.Add(session);
        return session;
    }

    /// <summary>What the server answers, whatever its code.</summary>
    public Task<WireAnswer> SendAsync(string method, string path, string? body = null, string contentType = "application/json") =>
        WireAnswer.OfAsync(_http, method, path, body, contentType);

    /// <summary>The warnings that come with an answer.</summary>
    public async Task<IReadOnlyList<string>> WarningsAsync(
        string method,
        string path,
        string? body = null,
        string contentType = "application/json"
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, contentType);
        using HttpResponseMessage answer = await _http.SendAsync(request);
        return [.. answer.Headers.Warning.Select(static one => one.Text.Trim('"').Replace("\\\"", "\"", StringComparison.Ordinal))];
    }

    private async Task<WireAnswer> SendOverAsync(HttpMessageHandler transport, string method, string path, string? body, string contentType)
    {
        using var http = new HttpClient(transport) { BaseAddress = Server };
        return await WireAnswer.OfAsync(http, method, path, body, contentType);
    }

    /// <summary>
    /// Creates objects of the whole cluster, which the tests of a real one share and none changes: the first that needs them creates them.
    /// </summary>
    public Task PrepareAsync(string name, Func<Task> create) => _plane?.PrepareAsync(name, create) ?? create();

    /// <summary>Creates an object of any kind, or leaves it as it is.</summary>
    public async Task EnsureAsync(string collection, JsonObject manifest)
    {
        WireAnswer answer = await SendAsync("POST", collection, manifest.ToJsonString());
        Assert.True(answer.Code is HttpStatusCode.Created or HttpStatusCode.Conflict, answer.Text);
    }

    public Task<T> CreateAsync<T>(ResourceType<T> type, JsonObject manifest, string? ns = null)
        where T : KubernetesObject => Client.CreateManifestAsync(type, manifest, type.IsNamespaced ? ns ?? Namespace : null, default);

    /// <summary>Registers nodes and waits until they are Ready and take pods. Names end in a number from 1.</summary>
    public async Task<IReadOnlyList<string>> AddNodesAsync(int count, Action<JsonObject>? adjust = null, bool ready = true)
    {
        string[] names = [.. Enumerable.Range(1, count).Select(i => $"node-{Id}-{i}")];
        foreach (string name in names)
        {
            JsonObject manifest = Manifests.Node(name, new Dictionary<string, string>(Mark) { ["kubernetes.io/hostname"] = name });
            if (HasQuickLeases)
                manifest.Annotate(KubeletAnnotations.LeaseRenewal, "2");
            adjust?.Invoke(manifest);
            await CreateAsync(Resources.Nodes, manifest);
        }

        if (ready)
            await this.WaitForReadyNodesAsync(names);
        return names;
    }

    public async Task<string> AddNodeAsync(Action<JsonObject>? adjust = null) => (await AddNodesAsync(1, adjust))[0];

    /// <summary>Creates a pod on a node and waits until it runs.</summary>
    public async Task<Pod> AddPodAsync(string name, string node, Action<JsonObject>? adjust = null, string? untilPhase = "Running")
    {
        JsonObject manifest = Manifests.Pod(name, node, Mark);
        adjust?.Invoke(manifest);
        Pod pod = await CreateAsync(Resources.Pods, manifest);
        return untilPhase is null ? pod : await this.WaitForAsync(Resources.Pods, name, p => p.Status.Phase == untilPhase);
    }

    /// <summary>Creates a workload on this test's nodes and waits until that many pods are Ready.</summary>
    public async Task<IReadOnlyList<Pod>> AddWorkloadAsync<T>(
        ResourceType<T> type,
        string kind,
        string name,
        int pods,
        Action<JsonObject>? adjust = null
    )
        where T : KubernetesObject
    {
        var labels = new Dictionary<string, string> { ["app"] = name };
        JsonObject manifest = Manifests.Workload(kind, name, labels, Mark, kind == "DaemonSet" ? null : pods);
        adjust?.Invoke(manifest);
        await CreateAsync(type, manifest);
        return await this.WaitForReadyPodsAsync("app=" + name, pods);
    }

    public Task<IReadOnlyList<Pod>> AddReplicaSetAsync(string name, int replicas, Action<JsonObject>? adjust = null) =>
        AddWorkloadAsync(Resources.ReplicaSets, "ReplicaSet", name, replicas, adjust);

    public async Task<IReadOnlyList<Pod>> ListPodsAsync(string? selector = null) =>
        (await Client.ListAsync(Resources.Pods, new() { Namespace = Namespace, LabelSelector = selector }, default)).Items;

    /// <summary>A budget over the pods that <see cref="AddWorkloadAsync"/> made, once its status says that it allows so many.</summary>
    public async Task AddBudgetAsync(string name, string app, string bound, int value, int allows)
    {
        ResourceType<PodDisruptionBudget> type = Resources.PodDisruptionBudgets(Capabilities.BudgetVersion);
        var labels = new Dictionary<string, string> { ["app"] = app };
        await CreateAsync(type, Manifests.Budget(Capabilities.BudgetVersion, name, labels, bound, value));
        await this.WaitForAsync(
            type,
            name,
            b => b.Status.ObservedGeneration == b.Metadata.Generation && b.Status.ExpectedPods > 0 && b.Status.DisruptionsAllowed == allows
        );
    }

    public Task DeleteBudgetAsync(string name) =>
        Client.DeleteAsync(Resources.PodDisruptionBudgets(Capabilities.BudgetVersion), name, Namespace, new(), default);

    public Task<T> GetAsync<T>(ResourceType<T> type, string name)
        where T : KubernetesObject => Client.GetAsync(type, name, type.IsNamespaced ? Namespace : null, default);

    public async Task<bool> ExistsAsync<T>(ResourceType<T> type, string name)
        where T : KubernetesObject
    {
        try
        {
            await GetAsync(type, name);
            return true;
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    /// <summary>Sets an annotation that the simulated kubelet understands; null takes it away.</summary>
    public Task AnnotateAsync<T>(ResourceType<T> type, string name, string annotation, string? value)
        where T : KubernetesObject =>
        Client.PatchAsync(
            type,
            name,
            type.IsNamespaced ? Namespace : null,
            Patch.Merge(
                new() { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["fake-kubelet/" + annotation] = value } } }
            ),
            null,
            RequestOptions.Default,
            default
        );

    public static bool IsReady(Pod pod) => pod.Status.Conditions?.Find(c => c.Type == "Ready")?.Status == "True";

    public async ValueTask DisposeAsync()
    {
        foreach (IDisposable session in _sessions)
            session.Dispose();
        if (_plane is not null)
            await TestCleanup.RunAsync(this, _plane, _cleaned);
        _http.Dispose();
        Client.Dispose();
        _sandbox?.Dispose();
        _pace?.Dispose();
    }

    private static SandboxOptions OptionsOf(string backend) =>
        backend switch
        {
            Backend.OldSandbox => new() { Nodes = 0, Version = "1.20" },
            Backend.AlphaSandbox => new() { Nodes = 0, Features = [SandboxFeatures.EvictionRequest] },
            _ => new() { Nodes = 0 },
        };

    private Uri Server => _sandbox?.Server ?? _plane!.Server;

    private HttpMessageHandler CreateTransportOf(string user, IEnumerable<string> groups) =>
        _plane?.CreateTransport(user, groups)
        ?? new HeaderHandler(
            _sandbox!.CreateTransport(),
            [new("Impersonate-User", user), .. groups.Select(static group => KeyValuePair.Create("Impersonate-Group", group))]
        );

    private HttpMessageHandler CreateTransport(Func<HttpMessageHandler, HttpMessageHandler>? wrap)
    {
        HttpMessageHandler transport = _sandbox?.CreateTransport() ?? _plane!.CreateSharedAdminTransport();
        return wrap?.Invoke(transport) ?? transport;
    }

    /// <summary>Names a further collection whose objects would count beside the next tests; <c>{0}</c> stands for the test's namespace.</summary>
    public void CleanAtEnd(string collection) => _cleaned.Add(collection);
}
