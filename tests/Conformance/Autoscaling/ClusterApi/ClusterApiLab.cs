using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes;

namespace NodeManager.Conformance.Autoscaling.ClusterApi;

/// <summary>A provider of Cluster API over a test cluster, and the state that it leaves.</summary>
internal sealed class ClusterApiLab : IAsyncDisposable
{
    private readonly List<IDisposable> _opened = [];

    private ClusterApiLab(TestCluster cluster, ClusterApiControllers api, string kind) => (Cluster, Api, Kind) = (cluster, api, kind);

    public TestCluster Cluster { get; }

    public ClusterApiControllers Api { get; }

    public SimulatedClusterApi Simulated => (SimulatedClusterApi)Api;

    public string Kind { get; }

    public string Plural => Kind == "MachineSet" ? "machinesets" : "machinedeployments";

    public static async Task<ClusterApiLab> StartAsync(string backend, string kind, int replicas, params string[] versions)
    {
        TestCluster cluster = await TestCluster.StartAsync(backend);
        SimulatedClusterApi api = await SimulatedClusterApi.StartAsync(cluster, versions.Length > 0 ? versions : ["v1beta2", "v1beta1"]);
        await api.CreateOwnerAsync(kind, "workers", replicas);
        return new(cluster, api, kind);
    }

    /// <summary>With the controllers of Cluster API itself.</summary>
    /// <param name="plane">A control plane for this test alone, which is the caller's to dispose.</param>
    public static async Task<ClusterApiLab> StartOwnAsync(ControlPlane plane, string kind, int replicas)
    {
        TestCluster cluster = await TestCluster.StartOnAsync(plane);
        OwnClusterApi api = await OwnClusterApi.StartAsync(cluster);
        await api.CreateOwnerAsync(kind, "workers", replicas);
        return new(cluster, api, kind);
    }

    /// <summary>A provider, as in a process of its own.</summary>
    public IMachineProvider Open(Func<HttpMessageHandler, HttpMessageHandler>? wrap = null, string wait = "60s")
    {
        KubernetesClient client = Cluster.CreateClient(wrap);
        _opened.Add(client);
        string spec = $$"""
            {
              "type": "clusterapi",
              "clusterapi": {
                "namespace": "{{Cluster.Namespace}}", "waitTimeout": "{{wait}}", "owners": [{ "kind": "{{Kind}}", "name": "workers" }]
              }
            }
            """;
        IMachineProviderFactory factory = MachineProviderRegistry.Shared.Find("clusterapi")!;
        var settings = new MachineProviderSettings("capi", Cluster.Namespace, JsonElement.Parse(spec), MachineCredentials.None)
        {
            Owner = $"lab/{Cluster.Namespace}/capi",
            Cluster = client,
        };
        Assert.Empty(factory.Validate(settings));
        IMachineProvider provider = factory.Create(settings);
        _opened.Add(provider);
        return provider;
    }

    public static MachineRequest Request(string claim) => new(claim, $"m-{claim}", 2, 2048);

    public async Task<int> ReplicasAsync() => (int)(await Api.GetAsync(Plural, "workers"))["spec"]!["replicas"]!;

    public Task ScaleAsync(int replicas) =>
        Api.PatchAsync(Plural, "workers", new() { ["spec"] = new JsonObject { ["replicas"] = replicas } });

    /// <summary>The names of the Machines that are not being deleted, by the claim that they carry; empty for none.</summary>
    public async Task<ILookup<string, string>> MachinesAsync() =>
        (await Api.ListAsync("machines"))
            .Where(static one => one["metadata"]!["deletionTimestamp"] is null)
            .ToLookup(
                static one =>
                    MachineMark.Parse((string?)one["metadata"]!["annotations"]?["kubenodesmith.parawell.cloud/claim"])?.ClaimUid ?? "",
                static one => (string)one["metadata"]!["name"]!
            );

    /// <summary>The state once Cluster API has nothing left to do.</summary>
    public Task WaitSettledAsync() =>
        Eventually.HoldsAsync(
            "as many Machines as replicas",
            async () =>
                (await Api.ListAsync("machines")) is var machines
                && machines.Count == await ReplicasAsync()
                && machines.All(static one => one["status"]?["phase"] is not null && one["metadata"]!["deletionTimestamp"] is null)
        );

    public async ValueTask DisposeAsync()
    {
        foreach (IDisposable one in Enumerable.Reverse(_opened))
            one.Dispose();
        await Api.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}
