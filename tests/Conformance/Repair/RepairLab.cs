using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Machines;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Monitoring.Repair;
using NodeManager.Monitoring.Repair.Execution;
using NodeManager.Providers.Simulated;

namespace NodeManager.Conformance.Repair;

/// <summary>A cluster whose nodes a test breaks, and has repaired.</summary>
internal sealed class RepairLab(TestCluster cluster, NodeManagerSession session) : IAsyncDisposable
{
    public TestCluster Cluster => cluster;

    public NodeManagerSession Session => session;

    /// <summary>Answers in a provider's place, by the name of the call; null: the simulated provider does.</summary>
    public Func<string, MachineResult?> Intercept { get; set; } = static _ => null;

    /// <summary>Records the calls of the provider, and answers as <see cref="Intercept"/> does.</summary>
    /// <returns>Locked by itself.</returns>
    public List<string> RecordCalls(Func<string, MachineResult?>? answer = null)
    {
        List<string> calls = [];
        Intercept = call =>
        {
            lock (calls)
                calls.Add(call);
            return answer?.Invoke(call);
        };
        return calls;
    }

    /// <summary>What repairs the machines of the provider; empty: nothing else does.</summary>
    public string RepairedBy { get; set; } = "";

    /// <summary>Whose the simulated machines of this test's provider are; null: this session's. A server may have providers of other tests.</summary>
    public string? Owner { get; init; }

    /// <summary>Nodes of this test that have no taints of the simulated kubelet's left.</summary>
    public RepairRequest Request =>
        new()
        {
            Session = session,
            Selector = cluster.Selector,
            Namespace = cluster.Namespace,
            Policy = new()
            {
                UnhealthyFor = TimeSpan.Zero,
                HealthyFor = TimeSpan.FromSeconds(1),
                CoolDown = TimeSpan.Zero,
                MinHealthy = "50%",
                EscalateAfter = Eventually.Limit,
            },
        };

    public static async Task<RepairLab> StartAsync(
        string backend,
        Func<HttpMessageHandler, HttpMessageHandler>? wrap = null,
        Func<TimeProvider, TimeProvider>? time = null
    )
    {
        TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        return new(cluster, await cluster.ConnectAsync(wrap, time?.Invoke(cluster.Time)));
    }

    /// <summary>Another process: its own session.</summary>
    public async Task<RepairLab> AgainAsync() => new(cluster, await cluster.ConnectAsync());

    public Task BreakAsync(string node) => SetReadyAsync(node, "false");

    public Task MendAsync(string node) => SetReadyAsync(node, null);

    public static async Task<IReadOnlyList<(NodeRepairResult Result, NodeManagerException? Failure)>> RunAsync(
        RepairRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ConcurrentQueue<(NodeRepairResult Result, NodeManagerException? Failure)> results = [];
        await NodeRepairer.RunAsync(
            request,
            (result, failure) => results.Enqueue((result, failure)),
            NullObserver.Instance,
            cancellationToken
        );
        return [.. results.OrderBy(static one => one.Result.Node, StringComparer.Ordinal)];
    }

    public static async Task<NodeRepairResult> RunOneAsync(RepairRequest request) => Assert.Single(await RunAsync(request)).Result;

    public async Task<Node?> FindAsync(string node)
    {
        try
        {
            return await cluster.GetAsync(Resources.Nodes, node);
        }
        catch (KubernetesException missing) when (missing.Code == System.Net.HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>The run that has the node; null for none.</summary>
    public async Task<string?> ClaimOfAsync(string node) =>
        (await cluster.GetAsync(Resources.Nodes, node)).Metadata.Annotations?.GetValueOrDefault("nodemanager.io/maintenance") is { } claim
            ? (string?)JsonNode.Parse(claim)!["run"]
            : null;

    /// <summary>A pod on the node that a PDB does not let go.</summary>
    public async Task AddHeldPodAsync(string node)
    {
        await cluster.AddPodAsync(
            "held",
            node,
            static pod =>
            {
                pod["metadata"]!["labels"] = new JsonObject { ["app"] = "held" };
            }
        );
        await cluster.AddBudgetAsync("never", "held", "minAvailable", 1, allows: 0);
    }

    public Task WaitForCordonAsync(string node) =>
        cluster.WaitForAsync(Resources.Nodes, node, static one => one.Spec.Unschedulable == true);

    /// <summary>Has a simulated provider in the cluster, whose calls <see cref="Intercept"/> sees.</summary>
    public async Task AddProviderAsync()
    {
        await NodeSmithDefinitions.InstallAsync(cluster);
        await cluster.CreateAsync(
            NodeSmithResources.Providers,
            new()
            {
                ["apiVersion"] = NodeSmithNames.ApiVersion,
                ["kind"] = "NodeSmithProvider",
                ["metadata"] = new JsonObject { ["name"] = "sim" },
                ["spec"] = JsonNode.Parse("""{"type":"simulated","simulated":{}}"""),
            }
        );
        UseProviders();
    }

    /// <summary>Has the session reach simulated machines, of providers that are there.</summary>
    public void UseProviders()
    {
        MachineProviderRegistry registry = new();
        registry.Add(new Factory(this));
        session.Connection().Get(of => new MachineProviders(of, registry));
    }

    /// <summary>A machine whose node belongs to this test.</summary>
    public async Task<string> AddMachineAsync(string suffix)
    {
        string name = $"node-{cluster.Id}-{suffix}";
        await MachineManager.CreateAsync(
            session,
            cluster.Namespace,
            "sim",
            new("", name, 2, 4096) { Labels = new Dictionary<string, string>(cluster.Mark) },
            default
        );
        await cluster.WaitForAsync(Resources.Nodes, name, static node => node.Status.Conditions.IsTrue("Ready"));
        return name;
    }

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    private async Task SetReadyAsync(string node, string? value)
    {
        await cluster.AnnotateAsync(Resources.Nodes, node, "ready", value);
        await cluster.WaitForAsync(Resources.Nodes, node, one => one.Status.Conditions.IsTrue("Ready") == (value is null));
    }

    private sealed class Factory(RepairLab lab) : IMachineProviderFactory
    {
        private readonly SimulatedProviderFactory _inner = new();

        public string Type => _inner.Type;

        public IReadOnlyList<MachineSecret> GetSecrets(JsonElement spec) => [];

        public IReadOnlyList<string> Validate(MachineProviderSettings settings) => _inner.Validate(settings);

        public IMachineProvider Create(MachineProviderSettings settings) =>
            new InterceptedProvider(
                _inner.Create(
                    lab.Owner is { } owner && settings.Namespace == lab.Cluster.Namespace ? settings with { Owner = owner } : settings
                ),
                (call, _) => lab.Intercept(call)
            )
            {
                Shown = machine => lab.RepairedBy.Length == 0 ? machine : Covered(machine, lab.RepairedBy),
            };

        private static Machine Covered(Machine machine, string by) =>
            new()
            {
                Name = machine.Name,
                Provider = machine.Provider,
                ProviderId = machine.ProviderId,
                Status = machine.Status,
                RepairedBy = by,
            };
    }
}
