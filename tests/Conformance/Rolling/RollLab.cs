using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.NodePools.Updates;
using NodeManager.NodePools.Updates.Options;

namespace NodeManager.Conformance.Rolling;

/// <summary>A pool with an autoscaler, nodes, and pods under a PDB that allows one disruption.</summary>
internal sealed class RollLab : IAsyncDisposable
{
    public const string Pool = "small";

    private RollLab(AutoscalerLab lab) => Lab = lab;

    public AutoscalerLab Lab { get; }

    /// <summary>The first one.</summary>
    public RunningOperation Autoscaler { get; private set; } = null!;

    public TestCluster Cluster => Lab.Cluster;

    /// <summary>On a fast clock, an update without it would end before a test has read that it runs.</summary>
    public TimeSpan Soak => TimeSpan.FromMinutes(Cluster.IsReal ? 0 : 1);

    /// <summary>Starts so many nodes with twice as many pods.</summary>
    /// <param name="backend">See <see cref="Backend"/>.</param>
    /// <param name="nodes">How many.</param>
    /// <param name="allowed">Disruptions that the PDB allows.</param>
    /// <param name="speed">Of the embedded clock.</param>
    /// <param name="max">Of the pool's nodes; 0: any number.</param>
    /// <param name="prepare">Before the autoscaler starts.</param>
    /// <param name="rbac">With access rules.</param>
    /// <param name="simulated">The provider's settings.</param>
    /// <param name="wrap">Handles the requests of the autoscaler.</param>
    public static async Task<RollLab> StartAsync(
        string backend,
        int nodes,
        int allowed = 1,
        double speed = 30,
        int max = 0,
        Action<AutoscalerLab>? prepare = null,
        bool rbac = false,
        string simulated = "{}",
        Func<HttpMessageHandler, HttpMessageHandler>? wrap = null
    )
    {
        AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: speed, rbac: rbac, simulated: simulated);
        Skip.If(!lab.Cluster.HasControllers, "KUBEBUILDER_ASSETS has no kube-controller-manager and kube-scheduler");
        prepare?.Invoke(lab);
        var roll = new RollLab(lab);
        await lab.AddPoolAsync(min: nodes, max: max, template: roll.Template("a"));
        roll.Autoscaler = await lab.RunAsync(wrap);
        await lab.WaitForClaimsAsync($"{nodes} ready claims", all => all.Count(AutoscalerLab.IsReady) == nodes);
        await lab.Cluster.AddReplicaSetAsync("web", 2 * nodes);
        await lab.Cluster.AddBudgetAsync("web", "web", "maxUnavailable", allowed, allowed);
        return roll;
    }

    /// <summary>Changes what the pool's new nodes are like.</summary>
    public Task RelabelAsync(string tier) =>
        Lab.PatchAsync(NodeSmithResources.Pools, Pool, $$$"""{"spec":{"machineTemplate":{{{Template(tier)}}}}}""");

    public PoolUpdateRequest Request(PoolUpdateOptions? options = null, PoolUpdateIntent intent = PoolUpdateIntent.Update) =>
        new()
        {
            Pool = Pool,
            Namespace = Lab.Namespace,
            Options = options ?? new(),
            Intent = intent,
            LeaseDuration = TimeSpan.FromSeconds(Cluster.IsReal ? 2 : 15),
        };

    public async Task<PoolUpdateOutcome> UpdateAsync(
        PoolUpdateOptions? options = null,
        PoolUpdateIntent intent = PoolUpdateIntent.Update,
        IOperationObserver? observer = null
    )
    {
        NodeManagerSession session = await Cluster.ConnectAsync();
        return await PoolUpdates.RunAsync(session, Request(options, intent), observer ?? NullObserver.Instance, default);
    }

    /// <summary>The update as any client sees it; null before the first one.</summary>
    public async Task<NodePoolUpdate?> ReadAsync()
    {
        NodeManagerSession session = await Cluster.ConnectAsync();
        return (await PoolUpdates.ReadAsync(session, new(Lab.Namespace), [], default)).SingleOrDefault();
    }

    public Task<NodePoolUpdate?> WaitForUpdateAsync(string what, Func<NodePoolUpdate, bool> isWanted) =>
        Eventually.GetAsync(what, ReadAsync, update => update is not null && isWanted(update));

    public async Task ChangeAsync(PoolUpdateChange change) =>
        await PoolUpdates.ChangeAsync(await Cluster.ConnectAsync(), new(Lab.Namespace), Pool, change, false, default);

    /// <summary>The pool's nodes that are not about to go, by name.</summary>
    public async Task<List<Node>> NodesAsync() =>
        [
            .. (
                await Cluster.Client.ListAsync(
                    Resources.Nodes,
                    new() { LabelSelector = $"{NodeSmithNames.DefaultPoolLabelKey}={Pool},{Cluster.Selector}" },
                    default
                )
            ).Items.OrderBy(static one => one.Metadata.Name, StringComparer.Ordinal),
        ];

    public async Task PatchBudgetAsync(int allowed)
    {
        ResourceType<PodDisruptionBudget> type = Resources.PodDisruptionBudgets(Cluster.Capabilities.BudgetVersion);
        await Lab.PatchAsync(type, "web", $$$"""{"spec":{"maxUnavailable":{{{allowed}}}}}""");
        await Cluster.WaitForAsync(
            type,
            "web",
            one => one.Status.ObservedGeneration == one.Metadata.Generation && one.Status.DisruptionsAllowed == allowed
        );
    }

    /// <summary>Has the node report what is a critical finding.</summary>
    public Task FailAsync(string node) => FailAsync(Cluster, node);

    public static Task FailAsync(TestCluster cluster, string node) =>
        cluster.Client.PatchAsync(
            Resources.Nodes,
            node,
            null,
            Patch.Strategic(
                JsonNode
                    .Parse(
                        """{"status":{"conditions":[{"type":"KernelDeadlock","status":"True","reason":"DockerHung","message":"The test has it hang."}]}}"""
                    )!
                    .AsObject()
            ),
            "status",
            RequestOptions.Default,
            default
        );

    public Task DeleteAsync<T>(ResourceType<T> type, string name)
        where T : KubernetesObject => Lab.DeleteAsync(type, name);

    public Task<NodeSmithPool> PoolAsync() => Cluster.GetAsync(NodeSmithResources.Pools, Pool);

    public ValueTask DisposeAsync() => Lab.DisposeAsync();

    public static string Count(NodePoolUpdate? update) =>
        update is null
            ? "no update"
            : string.Join(", ", update.Nodes.GroupBy(static one => one.Status).Select(static one => $"{one.Count()} {one.Key}"));

    public static string Describe(NodePoolUpdate update) =>
        $"{update.Status} {update.Message} {string.Join("; ", update.Nodes.Select(static one => $"{one.Node} {one.Status} {one.Message}"))}";

    private string Template(string tier) =>
        $$$"""{"labels":{"tier":"{{{tier}}}","test":"{{{Cluster.Id}}}"},"minimum":{"cpuCores":4,"memoryMiB":8192}}""";
}
