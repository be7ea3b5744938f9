using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Drain;

/// <summary>Pods that are eviction requested by EvictionRequest. On the embedded cluster alone: no released server has the API switched on.</summary>
public sealed class EvictionRequestTests
{
    private const string Mover = "acme.io/mover";

    [Fact]
    public async Task A_pod_without_responders_is_evicted_by_the_server_within_its_PDB()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.AlphaSandbox, workloads: true, speed: 10);
        (string full, string empty) = await cluster.AddFullAndEmptyNodeAsync("web", 3);
        await cluster.AddBudgetAsync("web", "web", "maxUnavailable", 1, allows: 1);

        NodeDrainResult result = await cluster.DrainAsync(full, new() { EvictionApi = EvictionApi.EvictionRequest });

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.All(result.Pods, p => Assert.Equal(DrainPodOutcome.Evicted, p.Outcome));
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("web", 3));
        Assert.Empty((await cluster.Client.ListAsync(Resources.EvictionRequests, new() { Namespace = cluster.Namespace }, default)).Items);
    }

    [Fact]
    public async Task The_responder_of_the_server_is_named_and_reports()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.AlphaSandbox, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 1);

        NodeDrainResult result = await cluster.DrainAsync(full, new() { EvictionApi = EvictionApi.EvictionRequest });

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        NodeDrainResponder evictor = Assert.Single(Assert.Single(result.Pods).Responders);
        Assert.Equal(("imperative-eviction.k8s.io/evictor", 100, "Completed"), (evictor.Name, evictor.Priority, evictor.State));
        Assert.NotNull(evictor.CompletedAt);
    }

    [Fact]
    public async Task A_responder_that_handles_the_eviction_is_named()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.AlphaSandbox, workloads: true);
        string full = await AddPodWithResponderAsync(cluster);
        var listener = new Listener();

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new(), listener);
        EvictionProcess process = await ActiveAsync(cluster, Mover);
        await listener.HearsAsync(Mover);
        Assert.False(drain.IsCompleted);
        EvictionRequest request = Assert.Single(
            (await cluster.Client.ListAsync(Resources.EvictionRequests, new() { Namespace = cluster.Namespace }, default)).Items
        );
        Pod pod = Assert.Single(await cluster.ListPodsAsync("app=vm"));
        await cluster.Client.DeleteAsync(Resources.Pods, pod.Metadata.Name, cluster.Namespace, new(), default);
        NodeDrainResult result = await drain;

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(
            ("nodemanager.io/drain", "Eviction", pod.Metadata.Uid),
            (request.Spec.Requester, request.Spec.Intent, request.Spec.Target.Pod!.Uid)
        );
        Assert.Equal([Mover, "imperative-eviction.k8s.io/evictor"], process.Status.TargetResponders!.Select(r => r.Name));
        Assert.Contains(result.Timeline, s => s is { Step: DrainStep.Responder, Detail: Mover });
    }

    [Fact]
    public async Task An_interrupted_drain_withdraws_its_request_and_the_next_one_renews_it()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.AlphaSandbox, workloads: true);
        string full = await AddPodWithResponderAsync(cluster);
        using var stop = new CancellationTokenSource();

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new(), null, stop.Token);
        await ActiveAsync(cluster, Mover);
        await stop.CancelAsync();
        NodeDrainResult interrupted = await drain;
        EvictionProcess cancelled = await Eventually.GetAsync(
            "the Eviction is cancelled",
            async () => Assert.Single(await ProcessesAsync(cluster)),
            p => p.Status.Conditions?.Exists(c => c is { Type: "Failed", Status: "True" }) == true
        );
        Task<NodeDrainResult> again = cluster.DrainAsync(full, new());
        await ActiveAsync(cluster, Mover);
        Pod pod = Assert.Single(await cluster.ListPodsAsync("app=vm"));
        await cluster.Client.DeleteAsync(Resources.Pods, pod.Metadata.Name, cluster.Namespace, new(), default);
        NodeDrainResult result = await again;

        Assert.Equal(NodeDrainStatus.Cancelled, interrupted.Status);
        Assert.Equal("CanceledDueToNoRequesters", cancelled.Status.Conditions!.Find(c => c.Type == "Failed")!.Reason);
        Assert.Equal("Canceled", cancelled.Status.TargetResponders![0].State);
        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
    }

    [Fact]
    public async Task A_failed_responder_is_followed_by_the_next_one()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.AlphaSandbox, workloads: true);
        string full = await AddPodWithResponderAsync(cluster);

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new());
        EvictionProcess process = await ActiveAsync(cluster, Mover);
        await cluster.Client.PatchAsync(
            Resources.EvictionProcesses,
            process.Metadata.Name,
            cluster.Namespace,
            Patch.Strategic(
                new()
                {
                    ["status"] = new JsonObject
                    {
                        ["responders"] = new JsonArray(
                            new JsonObject
                            {
                                ["name"] = Mover,
                                ["completionTime"] = cluster
                                    .Time.GetUtcNow()
                                    .ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
                                ["message"] = "cannot move it",
                            }
                        ),
                    },
                }
            ),
            "status",
            RequestOptions.Default,
            default
        );
        NodeDrainResult result = await drain;

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(DrainPodOutcome.Evicted, Assert.Single(result.Pods).Outcome);
    }

    [Fact]
    public async Task With_a_grace_period_the_eviction_API_is_used()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.AlphaSandbox, workloads: true);
        string full = await AddPodWithResponderAsync(cluster);

        NodeDrainResult result = await cluster.DrainAsync(full, new() { GracePeriod = TimeSpan.FromSeconds(1) });

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Empty(await ProcessesAsync(cluster));
    }

    [Theory]
    [InlineData(EvictionApi.Auto)]
    [InlineData(EvictionApi.EvictionRequest)]
    public async Task Auto_falls_back_to_the_eviction_API_after_30_seconds_without_an_Eviction(string api)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.AlphaSandbox, workloads: true, speed: 10);
        string full = await AddPodWithResponderAsync(cluster);
        NodeManagerSession session = await cluster.ConnectAsync(server => new BlindToEvictions(server));

        NodeDrainResult result = Assert.Single(
            await DrainRun.DrainAsync(session, [full], new() { EvictionApi = api, Timeout = TimeSpan.FromHours(1) })
        );

        const string Unseen = "no Eviction object was created within 30 s";
        Assert.True(result.Duration >= TimeSpan.FromSeconds(30), result.Describe());
        if (api == EvictionApi.Auto)
        {
            Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
            Assert.Equal(DrainPodOutcome.Evicted, Assert.Single(result.Pods).Outcome);
            Assert.Contains(
                result.Warnings,
                w =>
                    w.Contains(Unseen, StringComparison.Ordinal)
                    && w.EndsWith("evicting it with the eviction API.", StringComparison.Ordinal)
            );
        }
        else
        {
            Assert.True(result.Status == NodeDrainStatus.Failed, result.Describe());
            Assert.Contains(result.Blockers, b => b.Message.Contains(Unseen, StringComparison.Ordinal));
            Assert.Equal(full, Assert.Single(await cluster.ListPodsAsync("app=vm")).Spec.NodeName);
        }
    }

    [Fact]
    public async Task A_drain_that_times_out_withdraws_its_EvictionRequest()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.AlphaSandbox, workloads: true);
        string full = await AddPodWithResponderAsync(cluster);

        NodeDrainResult result = await cluster.DrainAsync(full, new() { Timeout = Eventually.Soon });

        Assert.True(result.Status == NodeDrainStatus.TimedOut, result.Describe());
        EvictionRequest request = Assert.Single(
            (await cluster.Client.ListAsync(Resources.EvictionRequests, new() { Namespace = cluster.Namespace }, default)).Items
        );
        Assert.Equal("Withdrawn", request.Spec.Intent);
    }

    [Fact]
    public async Task A_server_without_EvictionRequests_is_reported_before_the_first_change()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.Sandbox);
        string node = await cluster.AddNodeAsync();

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() =>
            cluster.DrainAsync(node, new() { EvictionApi = EvictionApi.EvictionRequest })
        );

        Assert.Equal(ErrorIds.EvictionApiMissing, error.ErrorId);
        Assert.NotEqual(true, (await cluster.GetAsync(Resources.Nodes, node)).Spec.Unschedulable);
    }

    private static async Task<string> AddPodWithResponderAsync(TestCluster cluster) =>
        (
            await cluster.AddFullAndEmptyNodeAsync(
                "vm",
                1,
                w => w.PodSpec(new() { ["evictionResponders"] = JsonNode.Parse($$"""[{"name":"{{Mover}}","priority":10000}]""") })
            )
        ).Full;

    private static Task<EvictionProcess> ActiveAsync(TestCluster cluster, string responder) =>
        Eventually.GetAsync(
            $"{responder} is active",
            async () =>
                (await ProcessesAsync(cluster)).FirstOrDefault(p =>
                    p.Status.TargetResponders?.Exists(r => r.Name == responder && r.State == "Active") == true
                )!,
            p => p is not null
        );

    private static async Task<List<EvictionProcess>> ProcessesAsync(TestCluster cluster) =>
        (await cluster.Client.ListAsync(Resources.EvictionProcesses, new() { Namespace = cluster.Namespace }, default)).Items;

    // Reads and watches of Evictions find none.
    private sealed class BlindToEvictions(HttpMessageHandler server) : DelegatingHandler(server)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri is { } asked && asked.AbsolutePath.EndsWith("/evictions", StringComparison.Ordinal))
                request.RequestUri = new UriBuilder(asked)
                {
                    Query = asked.Query.TrimStart('?') + (asked.Query.Length > 0 ? "&" : "") + "fieldSelector=metadata.name%3Dnone",
                }.Uri;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
