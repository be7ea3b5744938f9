using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Machines;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Providers;
using NodeManager.Providers.Tests.Proxmox;

namespace NodeManager.Conformance.Autoscaling.SeedFields;

/// <summary>One autoscaler that makes one machine on Proxmox with every field of the seed set, and what is there then.</summary>
public sealed class SeedFieldRun : IAsyncLifetime
{
    internal const string Provider = """
        {"type":"proxmox","credentialsSecretRef":{"name":"pve","namespace":"%secrets%"},
         "proxmox":{"endpoint":"https://10.0.4.30:8006/api2/json","nodeWhitelist":["porsche"],"vmIDRange":{"lower":1270,"upper":1272},"managedNodeTag":"seed-tag","vmMemOverheadMiB":2048,
           "networkInterfaces":[{"name":"net1","model":"virtio","bridge":"vmbr7","vlanTag":42,"macPrefix":"02:0A:0B"}],"vmOptions":[{"name":"cpu","value":"host"},{"name":"sockets","value":1}]}}
        """;

    internal const string Pool = """
        {"providerRef":"pve","poolLabelKey":"example.com/pool","limits":{"minNodes":1,"maxNodes":3,"cpuCores":0,"memoryMiB":0},
         "machineTemplate":{"labels":{"tier":"seed"},"terminationGracePeriod":"7m","minimum":{"cpuCores":3,"memoryMiB":3000}},
         "scaleUp":{"stabilizationWindow":"2m"},"scaleDown":{"stabilizationWindow":"5m"}}
        """;

    private readonly FakeProxmox _proxmox = new() { ClusterName = "garage" };
    private RunningOperation? _running;
    private MachineProviders? _providers;

    internal TestCluster Cluster { get; private set; } = null!;

    internal NodeSmithClaim Claim { get; private set; } = null!;

    /// <summary>As it was while Proxmox was asked for the machine.</summary>
    internal NodeSmithClaim Launching { get; private set; } = null!;

    internal NodeSmithPool PoolNow { get; private set; } = null!;

    internal NodeSmithProvider ProviderNow { get; private set; } = null!;

    internal NodeSmithControlPlane Plane { get; private set; } = null!;

    internal Node Node { get; private set; } = null!;

    internal FakeVm Machine { get; private set; } = null!;

    internal IReadOnlyCollection<string> Hosts { get; private set; } = [];

    internal IReadOnlyList<NodeSmithClaim> Claims { get; private set; } = [];

    public async Task InitializeAsync()
    {
        Cluster = await TestCluster.StartAsync(Backend.Sandbox, speed: 60);
        BootedMachines.JoinOnBoot(_proxmox, Cluster.Client);
        await NodeSmithDefinitions.InstallAsync(Cluster);
        string secrets = Cluster.Namespace + "-secrets";
        await Cluster.CreateAsync(Resources.Namespaces, Manifests.Namespace(secrets));
        string secret =
            $$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"pve","namespace":"{{secrets}}"},"stringData":{"PROXMOX_TOKEN_ID":"{{FakeProxmox.Token}}","PROXMOX_SECRET":"{{FakeProxmox.Secret}}"} }""";
        WireAnswer stored = await Cluster.SendAsync("POST", $"/api/v1/namespaces/{secrets}/secrets", secret, "application/json");
        Assert.True(stored.Code == System.Net.HttpStatusCode.Created, stored.Text);
        await AddAsync(
            NodeSmithResources.Providers,
            nameof(NodeSmithProvider),
            "pve",
            Provider.Replace("%secrets%", secrets, StringComparison.Ordinal)
        );
        await AddAsync(NodeSmithResources.Pools, nameof(NodeSmithPool), "small", Pool);
        await AddAsync(NodeSmithResources.Pools, nameof(NodeSmithPool), "unnamed", Pool);
        await AddAsync(NodeSmithResources.ControlPlanes, nameof(NodeSmithControlPlane), "plane", """{"pools":["small"]}""");

        NodeManagerSession session = await Cluster.ConnectAsync();
        var registry = new MachineProviderRegistry();
        BuiltInMachineProviders.AddTo(registry);
        var path = new Listening(_proxmox, async () => Launching ??= Assert.Single(await ListAsync()));
        _providers = new(session.Connection(), registry, settings => settings with { WrapTransport = _ => path });
        _running = AutoscalerHost.Start(
            session,
            new()
            {
                Providers = _providers,
                Planner = new RulePlanner(),
                Namespace = Cluster.Namespace,
            }
        );

        await Eventually.HoldsAsync("a claim", async () => (await ListAsync()).Exists(static one => one.Metadata.Name == "small-1"));
        Claim = await Cluster.WaitForAsync(NodeSmithResources.Claims, "small-1", AutoscalerLab.IsReady);
        PoolNow = await Cluster.WaitForAsync(NodeSmithResources.Pools, "small", static one => one.Status?.ReadyNodes == 1);
        ProviderNow = await Cluster.WaitForAsync(NodeSmithResources.Providers, "pve", static one => one.Status?.Conditions is not null);
        Plane = await Cluster.WaitForAsync(NodeSmithResources.ControlPlanes, "plane", static one => one.Status?.LastSyncTime is not null);
        Node = await Cluster.GetAsync(Resources.Nodes, Claim.Status!.NodeName!);
        Machine = _proxmox.Administer(() => _proxmox.Vms.Values.Single());
        Claims = await ListAsync();
        Hosts = path.Hosts;
    }

    public async Task DisposeAsync()
    {
        if (_running is not null)
            await AutoscalerLab.StopAsync(_running);
        _providers?.Dispose();
        _proxmox.Dispose();
        await Cluster.DisposeAsync();
    }

    private async Task<List<NodeSmithClaim>> ListAsync() =>
        (await Cluster.Client.ListAsync(NodeSmithResources.Claims, new() { Namespace = Cluster.Namespace }, default)).Items;

    private Task AddAsync<T>(ResourceType<T> type, string kind, string name, string spec)
        where T : KubernetesObject =>
        Cluster.CreateAsync(
            type,
            new()
            {
                ["apiVersion"] = NodeSmithNames.ApiVersion,
                ["kind"] = kind,
                ["metadata"] = new JsonObject { ["name"] = name },
                ["spec"] = JsonNode.Parse(spec),
            }
        );

    /// <summary>Notes where requests go, and has a look before a machine is made.</summary>
    private sealed class Listening(HttpMessageHandler inner, Func<Task> beforeCreation) : DelegatingHandler(inner)
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, bool> _hosts = new(StringComparer.Ordinal);

        public IReadOnlyCollection<string> Hosts => [.. _hosts.Keys];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _hosts[request.RequestUri!.Authority] = true;
            if (request.Method == HttpMethod.Post && request.RequestUri.AbsolutePath.EndsWith("/qemu", StringComparison.Ordinal))
                await beforeCreation();
            return await base.SendAsync(request, cancellationToken);
        }

        // Without disposing the inner handler.
        protected override void Dispose(bool disposing) => base.Dispose(disposing: false);
    }
}
