using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Testing;

namespace NodeManager.Conformance.Drain;

[Takes(90)]
public sealed class WaitTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task With_WaitForReplacement_the_drain_ends_when_the_replacements_are_ready(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, string empty) = await cluster.AddFullAndEmptyNodeAsync(
            "web",
            3,
            w => w.AnnotatePods("fake-kubelet/start-delay", "3")
        );

        NodeDrainResult result = await cluster.DrainAsync(full, new() { WaitForReplacement = true });
        int ready = (await cluster.ListPodsAsync("app=web")).Count(p => p.Spec.NodeName == empty && TestCluster.IsReady(p));

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(3, ready);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Unschedulable_replacements_are_reported_at_the_timeout(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync("web", 2);

        NodeDrainResult result = await cluster.DrainAsync(node, new() { WaitForReplacement = true, Timeout = Eventually.Soon });

        Assert.True(result.Status == NodeDrainStatus.TimedOut, result.Describe());
        NodeDrainBlocker blocker = Assert.Single(result.Blockers);
        Assert.Equal("Replacement", blocker.Kind);
        Assert.StartsWith("0 of 2 pods are ready; not ready: web-", blocker.Message, StringComparison.Ordinal);
        Assert.Contains("not scheduled", blocker.Message, StringComparison.Ordinal);
        Assert.Equal((BudgetOutlook.Never, 2), (blocker.Outlook, blocker.UnhealthyPods.Count));
        Assert.Equal(0, result.Remaining);
    }

    [SkippableTheory]
    [AllBackends("5", 600, false)]
    [AllBackends("3600", 2, true)]
    public async Task A_Job_can_complete_within_its_time_before_eviction(string backend, string runs, int timeout, bool isEvicted)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await cluster.AddNodeAsync();
        JsonObject job = Manifests.Workload("Job", "work", new Dictionary<string, string> { ["app"] = "work" }, cluster.Mark, null);
        job["apiVersion"] = "batch/v1";
        job["spec"]!.AsObject().Remove("selector");
        job.PodSpec(new() { ["restartPolicy"] = "Never" }).AnnotatePods("fake-kubelet/complete-after", runs);
        await cluster.EnsureAsync($"/apis/batch/v1/namespaces/{cluster.Namespace}/jobs", job);
        // Begun, or on a busy machine already done.
        await cluster.WaitForPodsAsync(
            "the pod runs",
            "app=work",
            static pods => pods.ToArray() is [{ Status.Phase: "Running" or "Succeeded" }]
        );

        NodeDrainResult result = await cluster.DrainAsync(node, new() { WaitForJob = TimeSpan.FromSeconds(timeout) });

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(isEvicted, result.Warnings.Any(w => w.Contains("did not complete", StringComparison.Ordinal)));
        Assert.True(!isEvicted || result.Duration >= TimeSpan.FromSeconds(timeout), result.Describe());
    }
}
