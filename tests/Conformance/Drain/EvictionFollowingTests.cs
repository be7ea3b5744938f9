using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Drain;

/// <summary>
/// A drain asks by EvictionRequest and follows what becomes of it, on servers that have lifecycle.k8s.io as custom resources: all that is
/// written there is written by the test, as the API reference has it.
/// </summary>
public sealed class EvictionFollowingTests
{
    private const string Mover = "acme.io/mover";
    private const string Helper = "acme.io/helper";

    [SkippableTheory]
    [AllBackends]
    public async Task A_drain_follows_declining_and_silent_responders_to_the_one_that_evicts(string backend)
    {
        (TestCluster cluster, Pod pod) = await StartAsync(backend);
        await using TestCluster running = cluster;
        var listener = new Listener();

        Task<NodeDrainResult> drain = cluster.DrainAsync(pod.Spec.NodeName!, Asking, listener);
        EvictionRequest request = await EvictionDesk.RequestAsync(cluster);
        EvictionDesk desk = await EvictionDesk.OpenAsync(cluster, pod, 1, Mover, Helper);
        await listener.HearsAsync(Mover);
        await desk.SayAsync(Mover, "not now");
        await desk.PassOnAsync(Mover, "Completed");
        await listener.HearsAsync(Helper);
        await desk.PassOnAsync(Helper, "Interrupted");
        await listener.HearsAsync(EvictionDesk.Evictor);
        await cluster.Client.EvictAsync(pod.Metadata.Name, cluster.Namespace, new(), default);
        await cluster.WaitForGoneAsync(Resources.Pods, pod.Metadata.Name);
        await desk.EndAsync(EvictionDesk.Evictor);
        NodeDrainResult result = await drain;

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(
            ("Eviction", pod.Metadata.Name, pod.Metadata.Uid),
            (request.Spec.Intent, request.Spec.Target.Pod!.Name, request.Spec.Target.Pod.Uid)
        );
        NodeDrainPod gone = result.Pods.First(p => p.Uid == pod.Metadata.Uid);
        Assert.Equal(DrainPodOutcome.Evicted, gone.Outcome);
        Assert.Equal(
            [$"{Mover}: Completed (not now)", $"{Helper}: Interrupted", $"{EvictionDesk.Evictor}: Completed"],
            gone.Responders.Select(r => r.ToString())
        );
        Assert.All(gone.Responders, r => Assert.NotNull(r.StartedAt));
        Assert.Equal(
            [(Mover, "Completed", "not now"), (Helper, "Interrupted", ""), (EvictionDesk.Evictor, "Completed", "")],
            result.Timeline.Where(s => s.Step == DrainStep.Responder).Select(s => (s.Detail, s.State, s.Message))
        );
        Assert.Empty(await EvictionDesk.RequestsAsync(cluster));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_interrupted_drain_withdraws_its_request_and_keeps_that_of_another_client(string backend)
    {
        (TestCluster cluster, Pod pod) = await StartAsync(backend);
        await using TestCluster running = cluster;
        await cluster.CreateAsync(Resources.EvictionRequests, SomebodyElses(pod));
        EvictionDesk desk = await EvictionDesk.OpenAsync(cluster, pod, 1, Mover);
        using var stop = new CancellationTokenSource();
        var listener = new Listener();

        Task<NodeDrainResult> drain = cluster.DrainAsync(pod.Spec.NodeName!, Asking, listener, stop.Token);
        await listener.HearsAsync(Mover);
        await stop.CancelAsync();
        NodeDrainResult interrupted = await drain;
        EvictionRequest withdrawn = await EvictionDesk.RequestAsync(cluster, "Withdrawn");
        EvictionRequest other = (await EvictionDesk.RequestsAsync(cluster)).Single(r => r.Spec.Requester == "acme.io/autoscaler");
        await desk.FailAsync("CanceledDueToNoRequesters", "No active requesters with eviction intent.");

        Task<NodeDrainResult> again = cluster.DrainAsync(pod.Spec.NodeName!, Asking, listener);
        EvictionRequest renewed = await EvictionDesk.RequestAsync(cluster);
        EvictionDesk next = await EvictionDesk.OpenAsync(cluster, pod, 2, Mover);
        await cluster.Client.DeleteAsync(Resources.Pods, pod.Metadata.Name, cluster.Namespace, new(), default);
        await cluster.WaitForGoneAsync(Resources.Pods, pod.Metadata.Name);
        await next.EndAsync(Mover);
        NodeDrainResult result = await again;

        Assert.Equal(NodeDrainStatus.Cancelled, interrupted.Status);
        Assert.Equal(
            (Mover, DrainPodOutcome.Blocked),
            (interrupted.Blockers.Single(b => b.Kind == "Responder").Name, interrupted.Pods.First(p => p.Uid == pod.Metadata.Uid).Outcome)
        );
        Assert.Equal(
            ("Pod", pod.Metadata.Uid),
            (Assert.Single(withdrawn.Metadata.OwnerReferences!).Kind, withdrawn.Metadata.OwnerReferences![0].Uid)
        );
        Assert.Equal("Eviction", other.Spec.Intent);
        Assert.Equal((withdrawn.Metadata.Uid, true), (renewed.Metadata.Uid, renewed.Metadata.OwnerReferences is null or []));
        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal("acme.io/autoscaler", Assert.Single(await EvictionDesk.RequestsAsync(cluster)).Spec.Requester);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_rejected_EvictionRequest_and_a_failed_Eviction_are_reported_with_the_message_of_the_server(string backend)
    {
        (TestCluster cluster, Pod pod) = await StartAsync(backend);
        await using TestCluster running = cluster;
        const string Grouped = "Target pod references a SchedulingGroup. Eviction is currently not supported.";

        Task<NodeDrainResult> drain = cluster.DrainAsync(pod.Spec.NodeName!, Asking);
        EvictionRequest request = await EvictionDesk.RequestAsync(cluster);
        await cluster.SendAsync(
            "PATCH",
            $"/apis/lifecycle.k8s.io/v1alpha1/namespaces/{cluster.Namespace}/evictionrequests/{request.Metadata.Name}/status",
            $$"""{"status":{"conditions":[{"type":"Failed","status":"True","reason":"EvictionInvalid","message":"{{Grouped}}","lastTransitionTime":"2026-01-01T00:00:00Z"}]} }""",
            "application/merge-patch+json"
        );
        NodeDrainResult rejected = await drain;
        await cluster.Client.DeleteAsync(Resources.EvictionRequests, request.Metadata.Name, cluster.Namespace, new(), default);

        drain = cluster.DrainAsync(pod.Spec.NodeName!, Asking);
        await EvictionDesk.RequestAsync(cluster);
        EvictionDesk desk = await EvictionDesk.OpenAsync(cluster, pod, 1);
        await desk.PassOnAsync(EvictionDesk.Evictor, "Interrupted");
        await desk.FailAsync("NoFurtherResponder", "All responders have completed without evicting the target.");
        NodeDrainResult failed = await drain;

        Assert.Equal((NodeDrainStatus.Failed, NodeDrainStatus.Failed), (rejected.Status, failed.Status));
        Assert.Contains(rejected.Blockers, b => b.Message == $"The EvictionRequest failed: {Grouped}");
        Assert.Contains(
            failed.Blockers,
            b => b.Message == "The EvictionRequest failed: All responders have completed without evicting the target."
        );
        Assert.Equal("Withdrawn", Assert.Single(await EvictionDesk.RequestsAsync(cluster)).Spec.Intent);
        Assert.True(await cluster.ExistsAsync(Resources.Pods, pod.Metadata.Name));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Pods_without_responders_use_the_eviction_API_by_default(string backend)
    {
        (TestCluster cluster, Pod pod) = await StartAsync(backend);
        await using TestCluster running = cluster;

        NodeDrainResult result = await cluster.DrainAsync(pod.Spec.NodeName!, new() { DeleteUnmanagedPods = true });

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Empty(result.Pods.First(p => p.Uid == pod.Metadata.Uid).Responders);
        Assert.Empty(await EvictionDesk.RequestsAsync(cluster));
    }

    private static Drains.Options.DrainOptions Asking => new() { EvictionApi = EvictionApi.EvictionRequest, DeleteUnmanagedPods = true };

    private static async Task<(TestCluster, Pod)> StartAsync(string backend)
    {
        TestCluster cluster = await TestCluster.StartAsync(backend);
        await EvictionDefinitions.InstallAsync(cluster);
        return (cluster, await cluster.AddPodAsync("vm", await cluster.AddNodeAsync()));
    }

    private static JsonObject SomebodyElses(Pod pod) =>
        JsonNode
            .Parse(
                $$"""
                { "apiVersion": "lifecycle.k8s.io/v1alpha1", "kind": "EvictionRequest", "metadata": { "name": "autoscaler" },
                  "spec": { "target": { "pod": { "name": "{{pod.Metadata.Name}}", "uid": "{{pod.Metadata.Uid}}" } }, "requester": "acme.io/autoscaler", "intent": "Eviction" } }
                """
            )!
            .AsObject();
}
