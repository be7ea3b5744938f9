using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Pools;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Updates;
using NodeManager.NodePools.Updates.Options;

namespace NodeManager.Conformance.Rolling;

/// <summary>A pool of the embedded pool service with its simulated platform, and pods under a PDB.</summary>
internal sealed class ServiceRollLab : IAsyncDisposable
{
    public const string Pool = "workers",
        Second = "workers-2";

    private ServiceRollLab(PoolHome home) => Home = home;

    public PoolHome Home { get; }

    public TestCluster Cluster => Home.Cluster;

    public string Namespace => Home.Lab.Namespace;

    /// <summary>Starts so many nodes with twice as many pods.</summary>
    /// <param name="nodes">How many.</param>
    /// <param name="allowed">Disruptions that the PDB allows.</param>
    /// <param name="speed">Of the embedded clock.</param>
    /// <param name="backend">See <see cref="Backend"/>.</param>
    /// <param name="rbac">With access rules.</param>
    public static async Task<ServiceRollLab> StartAsync(
        int nodes,
        int allowed = 1,
        double speed = 30,
        string backend = Backend.Sandbox,
        bool rbac = false
    )
    {
        PoolHome home = await PoolHome.StartAsync(NodePoolProvider.Service, backend, speed, rbac);
        if (!home.Cluster.HasControllers)
        {
            await home.DisposeAsync();
            Skip.If(true, "KUBEBUILDER_ASSETS has no kube-controller-manager and kube-scheduler");
        }

        var lab = new ServiceRollLab(home);
        var draft = home.Draft(Pool, nodes);
        // Pods of a test go to the test's nodes.
        draft.Spec["platform"]!["gcp"]!["labels"]!["test"] = lab.Cluster.Id;
        await home.WaitAsync(await PoolCreator.CreateAsync(home.Context, draft, home, default), NodePoolPhase.Ready);
        await lab.Cluster.AddReplicaSetAsync("web", 2 * nodes);
        await lab.Cluster.AddBudgetAsync("web", "web", "maxUnavailable", allowed, allowed);
        return lab;
    }

    /// <summary>Another machine type, by a second pool unless said otherwise.</summary>
    public PoolUpdateRequest Request(
        PoolUpdateOptions? options = null,
        PoolUpdateIntent intent = PoolUpdateIntent.Update,
        PoolContext? context = null,
        string machineType = "n1-standard-8"
    ) =>
        new()
        {
            Pool = Pool,
            Namespace = Namespace,
            Service = context ?? Home.Context,
            Intent = intent,
            LeaseDuration = TimeSpan.FromSeconds(Cluster.IsReal ? 2 : 15),
            Options = options ?? new() { Strategy = PoolUpdateStrategy.BlueGreen },
            Change = _ => new() { ["platform"] = new JsonObject { ["gcp"] = new JsonObject { ["machineType"] = machineType } } },
        };

    public Task<PoolUpdateOutcome> UpdateAsync(
        PoolUpdateOptions? options = null,
        PoolUpdateIntent intent = PoolUpdateIntent.Update,
        string machineType = "n1-standard-8"
    ) => PoolUpdates.RunAsync(Home.Session, Request(options, intent, machineType: machineType), NullObserver.Instance, default);

    public async Task<NodePoolUpdate?> ReadAsync() =>
        (await PoolUpdates.ReadAsync(Home.Session, new(Namespace, NodePoolProvider.Service), [], default)).SingleOrDefault();

    public Task<NodePoolUpdate?> WaitForUpdateAsync(string what, Func<NodePoolUpdate, bool> isWanted) =>
        Eventually.GetAsync(what, ReadAsync, update => update is not null && isWanted(update));

    public async Task ChangeAsync(PoolUpdateChange change) =>
        await PoolUpdates.ChangeAsync(Home.Session, new(Namespace), Pool, change, false, default);

    /// <summary>All that the cluster has of updates.</summary>
    public async Task<string> StoredAsync() => (await Cluster.SendAsync("GET", $"/api/v1/namespaces/{Namespace}/configmaps")).Text;

    /// <summary>The nodes of a pool, by name.</summary>
    public async Task<List<Node>> NodesAsync(string pool) =>
        [
            .. (await Cluster.Client.ListAsync(Resources.Nodes, new() { LabelSelector = $"nodepool={pool}" }, default)).Items.OrderBy(
                static one => one.Metadata.Name,
                StringComparer.Ordinal
            ),
        ];

    public async Task<string[]> PoolNamesAsync() =>
        [.. (await Home.ReadAsync()).Select(static one => one.Name).Order(StringComparer.Ordinal)];

    public async Task<string?> MachineTypeAsync(string pool) =>
        (await Home.ReadAsync(new() { Names = [pool] })).Single().Spec.Platform.MachineType;

    public ValueTask DisposeAsync() => Home.DisposeAsync();
}
