using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Maintenance;
using NodeManager.Conformance.RealCluster;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance.Options;

namespace NodeManager.Conformance.Drain.Outages;

/// <summary>A real API server, on a control plane of its own, that is killed (SIGKILL) and started again on its port and its store.</summary>
public sealed class ServerRestartTests
{
    [SkippableFact]
    public async Task A_restarted_server_only_delays_operations_in_progress()
    {
        Skip.If(ServerBinaries.FindWithControllers(out string reason) is null, reason);
        using ControlPlane plane = await ControlPlane.StartAsync();
        await using TestCluster cluster = await TestCluster.StartOnAsync(plane);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(4);
        (string full, string blocked) = (nodes[0], nodes[1]);
        IReadOnlyList<Pod> pods = await AddAsync(cluster, "web", 4, full);
        await cluster.AddBudgetAsync("web", "web", "maxUnavailable", 1, allows: 1);
        await AddAsync(cluster, "held", 1, blocked);
        await cluster.AddBudgetAsync("held", "held", "minAvailable", 1, allows: 0);

        await cluster.CordonForSchedulerAsync(full);

        // In the middle of a wait for a budget and of a maintenance, and then of a drain.
        Listener listener = new();
        Task<NodeDrainResult> wait = cluster.DrainAsync(blocked, new(), listener);
        TaskCompletionSource working = new(),
            back = new();
        List<string> worked = [];
        Task<MaintenanceOutcome> maintenance = cluster.RunAsync(
            cluster.Maintain(
                [.. nodes.Skip(2)],
                work: async node =>
                {
                    lock (worked)
                        worked.Add(node.Name);
                    working.TrySetResult();
                    await back.Task;
                }
            )
        );
        await Task.WhenAll(listener.HearsAsync("waiting for PDB"), working.Task).WaitAsync(Eventually.Limit);
        FirstEviction? first = null;
        Task<IReadOnlyList<NodeDrainResult>> drain = DrainRun.DrainAsync(
            await cluster.ConnectAsync(inner => first = new(inner, plane.KillApiServer)),
            [full],
            new()
        );
        await first!.Answered;
        bool wasUnderWay = !drain.IsCompleted && !wait.IsCompleted && !maintenance.IsCompleted;
        await plane.StartApiServerAsync();
        back.SetResult();
        Assert.True(wasUnderWay);

        AssertDrained(Assert.Single(await drain), [.. pods.Select(p => p.Metadata.Uid!)]);
        Assert.True((await cluster.GetAsync(Resources.Nodes, full)).Spec.Unschedulable);
        Assert.DoesNotContain(full, await cluster.NodesOfReadyPodsAsync("web", 4));

        Assert.False(wait.IsCompleted);
        await cluster.DeleteBudgetAsync("held");
        AssertDrained(await wait, null);

        MaintenanceOutcome outcome = await maintenance;
        Assert.True(
            outcome.Failure is null && outcome.Run.Status == NodeMaintenanceRunStatus.Completed,
            $"{outcome.Failure} {outcome.Run.Describe()}"
        );
        Assert.Equal(nodes.Skip(2), worked.Order(StringComparer.Ordinal));
        await cluster.AssertBackInServiceAsync(nodes.Skip(2));
    }

    // Pods that are placed on one node, and whose successors may go to any.
    private static async Task<IReadOnlyList<Pod>> AddAsync(TestCluster cluster, string app, int count, string node)
    {
        IReadOnlyList<string> others =
        [
            .. (await cluster.Client.ListAsync(Resources.Nodes, new() { LabelSelector = cluster.Selector }, default))
                .Items.Select(n => n.Metadata.Name)
                .Where(n => n != node),
        ];
        foreach (string other in others)
            await SuspendAsync(cluster, other, true);
        IReadOnlyList<Pod> pods = await cluster.AddReplicaSetAsync(app, count);
        foreach (string other in others)
            await SuspendAsync(cluster, other, false);
        await Eventually.HoldsAsync(
            "nodes that take pods",
            async () =>
                (await cluster.Client.ListAsync(Resources.Nodes, new() { LabelSelector = cluster.Selector }, default)).Items.All(n =>
                    n.Spec.Taints is null or []
                )
        );
        return pods;
    }

    private static Task SuspendAsync(TestCluster cluster, string node, bool suspended) =>
        cluster.Client.PatchAsync(
            Resources.Nodes,
            node,
            null,
            Patch.Merge(new() { ["spec"] = new System.Text.Json.Nodes.JsonObject { ["unschedulable"] = suspended } }),
            null,
            RequestOptions.Default,
            default
        );

    // Every pod once, and none of their successors.
    private static void AssertDrained(NodeDrainResult result, IReadOnlyList<string>? uids)
    {
        Assert.True(result is { Status: NodeDrainStatus.Drained, Cordoned: true }, result.Describe());
        Assert.All(result.Pods, p => Assert.Equal(DrainPodOutcome.Evicted, p.Outcome));
        Assert.All(
            result.Pods,
            p => Assert.Contains(result.Timeline, s => s.Pod == $"{p.Namespace}/{p.Name}" && s.Step == DrainStep.Terminate)
        );
        if (uids is not null)
            Assert.Equal(uids.Order(StringComparer.Ordinal), result.Pods.Select(p => p.Uid).Order(StringComparer.Ordinal));
    }

    /// <summary>Does something between the server's first answer to an eviction and its arrival.</summary>
    private sealed class FirstEviction(HttpMessageHandler inner, Action then) : DelegatingHandler(inner)
    {
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _evictions;

        public Task Answered => _answered.Task;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            if (
                !request.RequestUri!.AbsolutePath.EndsWith("/eviction", StringComparison.Ordinal)
                || Interlocked.Increment(ref _evictions) > 1
            )
                return response;
            then();
            _answered.TrySetResult();
            return response;
        }
    }
}
