using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Drain;

/// <summary>Drains of the embedded cluster as it comes: a scheduler, controllers and kubelets act while nodes are drained.</summary>
public sealed class EmbeddedClusterTests : IAsyncLifetime, IDisposable
{
    private static readonly DrainOptions Anything = new()
    {
        DeleteEmptyDirData = true,
        DeleteUnmanagedPods = true,
        GracePeriod = TimeSpan.FromSeconds(1),
        Timeout = TimeSpan.FromMinutes(4),
    };

    private readonly SandboxCluster _cluster = SandboxCluster.Start(new() { Nodes = 12 });
    private readonly FaultInjectionHandler _faults;
    private readonly DrainBench _bench = new();
    private NodeManagerSession _session = null!;

    public EmbeddedClusterTests() => _faults = new(_cluster.CreateTransport());

    private KubernetesClient Client => _session.Connection().Client;

    public async Task InitializeAsync() =>
        _session = await SessionFactory.ConnectAsync(
            "sandbox",
            _cluster.Server,
            _faults,
            null,
            NullLogger.Instance,
            TimeProvider.System,
            default
        );

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _session.Dispose();
        _cluster.Dispose();
    }

    [Fact]
    public async Task Each_pod_of_each_node_is_planned()
    {
        string[] nodes = await NodeNamesAsync();

        IReadOnlyList<NodeDrainPlan> plans = await DrainPlanner.PlanAsync(_session, [.. nodes], new(), default);

        List<Pod> pods = (await Client.ListAsync(Resources.Pods, new(), default)).Items;
        Assert.Equal(nodes, plans.Select(p => p.Node));
        Assert.Equal(pods.Count(p => nodes.Contains(p.Spec.NodeName)), plans.Sum(p => p.Pods.Count));
        Assert.All(plans.SelectMany(p => p.Pods), p => Assert.NotEmpty(p.Reason));
        Assert.Contains(plans, p => p.BlockedByBudget > 0);
    }

    [Fact]
    public async Task A_plan_contains_pods_that_open_caches_lack()
    {
        _faults.Inject(Fault.Stall(), 100, FaultInjectionHandler.IsWatch);
        using CacheUse<Node> openNodes = _session.Connection().Caches().Open(Resources.Nodes, new());
        using CacheUse<Pod> openPods = _session.Connection().Caches().Open(ClusterPods.Type, new());
        await Task.WhenAll(openNodes.Cache.Synced, openPods.Cache.Synced);
        while (!openNodes.Cache.Watch.IsConnected || !openPods.Cache.Watch.IsConnected)
            await Task.Delay(10);
        string node = (await NodeNamesAsync())[^1];
        Pod late = new()
        {
            Metadata = new() { Name = "late", Namespace = "default" },
            Spec = new() { NodeName = node, Containers = [new() { Name = "a", Image = "a" }] },
        };
        await Client.CreateAsync(Resources.Pods, late, "default", RequestOptions.Default, default);

        NodeDrainPlan plan = (await DrainPlanner.PlanAsync(_session, [node], Anything, default))[0];

        Assert.Contains(plan.Pods, static pod => pod.Name == "late");
        Assert.DoesNotContain(openPods.Cache.Items, static pod => pod.Metadata.Name == "late");
    }

    [Fact]
    public async Task A_plan_from_open_caches_equals_one_from_lists_and_lists_no_pods_of_the_cluster()
    {
        string[] nodes = await NodeNamesAsync();
        IReadOnlyList<NodeDrainPlan> listed = await DrainPlanner.PlanAsync(_session, [.. nodes], Anything, default);
        using CacheUse<Node> openNodes = _session.Connection().Caches().Open(Resources.Nodes, new());
        using CacheUse<Pod> openPods = _session.Connection().Caches().Open(ClusterPods.Type, new());
        await Task.WhenAll(openNodes.Cache.Synced, openPods.Cache.Synced);
        int before = _faults.Requests.Count;

        IReadOnlyList<NodeDrainPlan> cached = await DrainPlanner.PlanAsync(_session, [.. nodes], Anything, default);

        Assert.Equal(listed.Select(Text), cached.Select(Text));
        Assert.Contains(listed, static plan => plan.EstimateBasis.Contains("to become ready", StringComparison.Ordinal));
        Assert.DoesNotContain(
            _faults.Requests.Skip(before),
            static request =>
                request.StartsWith("GET /api/v1/pods", StringComparison.Ordinal)
                && !request.Contains("fieldSelector", StringComparison.Ordinal)
        );

        static string Text(NodeDrainPlan plan) =>
            string.Join(
                '\n',
                plan.Pods.Select(static pod =>
                        $"{pod.Namespace}/{pod.Name} {pod.Decision} {pod.Reason} {pod.FitsElsewhere} {pod.FitReason}"
                    )
                    .Prepend($"{plan.Node} {plan.CanDrain} {plan.EstimatedDuration} {plan.EstimateBasis}")
            );
    }

    [Fact]
    public async Task Two_nodes_are_drained_concurrently_and_their_pods_run_elsewhere()
    {
        string[] nodes = [.. (await FreeAsync()).Take(2).Select(p => p.Node)];

        IReadOnlyList<NodeDrainResult> results = await _bench.DrainAllAsync(_session, nodes, Anything);

        Assert.All(results, r => Assert.True(r.Status == NodeDrainStatus.Drained, r.Message));
        List<Pod> pods = (await Client.ListAsync(Resources.Pods, new(), default)).Items;
        HashSet<string> evicted = [.. results.SelectMany(r => r.Pods).Where(p => p.Outcome == DrainPodOutcome.Evicted).Select(p => p.Uid)];
        Assert.NotEmpty(evicted);
        Assert.DoesNotContain(pods, p => evicted.Contains(p.Metadata.Uid!));
    }

    [Fact]
    public async Task Connection_and_server_errors_lose_no_pod()
    {
        NodeDrainPlan plan = (await FreeAsync())[0];
        static bool IsEviction(HttpRequestMessage request) =>
            request.RequestUri!.AbsolutePath.EndsWith("/eviction", StringComparison.Ordinal);
        static bool IsPodWatch(HttpRequestMessage request) =>
            request.RequestUri!.AbsolutePath == "/api/v1/pods" && request.RequestUri.Query.Contains("watch=true", StringComparison.Ordinal);
        _faults
            .Inject(Fault.Drop(), 1, IsEviction)
            .Inject(Fault.DropAnswer(), 1, IsEviction)
            .Inject(Fault.Answer(HttpStatusCode.TooManyRequests, "TooManyRequests", 0), 10, IsEviction)
            .Inject(Fault.Answer(HttpStatusCode.GatewayTimeout, "Timeout"), 1, IsEviction)
            .Inject(Fault.Answer(HttpStatusCode.InternalServerError, "InternalError"), 1, IsEviction)
            .Inject(Fault.ResetAfterLines(2), 2, IsPodWatch)
            .Inject(Fault.RepeatLines(), 1, IsPodWatch);

        NodeDrainResult result = Assert.Single(await _bench.DrainAllAsync(_session, [plan.Node], Anything));

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Message);
        List<Pod> left = (await Client.ListAsync(Resources.Pods, new() { FieldSelector = $"spec.nodeName={plan.Node}" }, default)).Items;
        HashSet<string> skipped = [.. result.Pods.Where(p => p.Outcome == DrainPodOutcome.Skipped).Select(p => p.Uid)];
        Assert.All(left, p => Assert.Contains(p.Metadata.Uid!, skipped));
    }

    [Fact]
    public async Task A_blocking_PDB_is_named_and_delays_only_its_own_pods()
    {
        NodeDrainPlan plan = (await DrainPlanner.PlanAsync(_session, [.. await NodeNamesAsync()], Anything, default)).First(p =>
            p.Pods.Any(pod => pod.BlockedByBudget && pod.Warnings.Any(w => w.Contains("no eviction can succeed", StringComparison.Ordinal)))
        );

        NodeDrainResult result;
        int attempts = 0;
        do
        {
            using CancellationTokenSource stop = new();
            Task refused = _bench.LineAsync("refused, waiting for PDB");
            Task<IReadOnlyList<NodeDrainResult>> drain = _bench.DrainAllAsync(_session, [plan.Node], Anything, stop.Token);
            await refused;
            await stop.CancelAsync();
            result = Assert.Single(await drain);
            Assert.Equal((NodeDrainStatus.Cancelled, true), (result.Status, result.Cordoned));
            // On a starved machine, the cluster of this process does not answer an interrupted drain within its two seconds.
        } while (result.Blockers.Any(b => b.Kind == "Server") && ++attempts < 10);

        Assert.Contains(result.Blockers, b => b.Kind == "Budget" && b.Pods.Count > 0);
    }

    // Nodes that nothing but termination holds up. A StatefulSet's pods fit a few nodes only, and their budget waits until they do.
    private async Task<IReadOnlyList<NodeDrainPlan>> FreeAsync() =>
        [
            .. (await DrainPlanner.PlanAsync(_session, [.. await NodeNamesAsync()], Anything, default))
                .Where(p =>
                    p.CanDrain
                    && p.BlockedByBudget == 0
                    && !p.Pods.Any(pod => pod.Owner.StartsWith("StatefulSet/", StringComparison.Ordinal))
                )
                .OrderByDescending(p => p.Evict),
        ];

    // A node that is not Ready finishes no termination.
    private async Task<string[]> NodeNamesAsync() =>
        [
            .. (await Client.ListAsync(Resources.Nodes, new(), default))
                .Items.Where(n =>
                    n.Status.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true && n.Spec.Unschedulable != true
                )
                .Select(n => n.Metadata.Name),
        ];
}
