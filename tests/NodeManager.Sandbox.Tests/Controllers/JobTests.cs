using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Jobs;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Tests.Controllers;

/// <summary>What jobs do that takes too long, or a kubelet of ours, to be seen on every cluster.</summary>
public sealed class JobTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("0", "0")]
    [InlineData("0,1", "0,1")]
    [InlineData("0-2", "0,1,2")]
    [InlineData("1,3-5,7,8", "1,3,4,5,7,8")]
    public void Completed_indexes_are_reported_as_ranges(string text, string indexes)
    {
        int[] numbers =
        [
            .. indexes
                .Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(static one => int.Parse(one, System.Globalization.CultureInfo.InvariantCulture)),
        ];
        Assert.Equal(text, JobPods.Ranges([.. numbers]));
        Assert.Equal(numbers, JobPods.Indexes(text, 9).ToArray());
    }

    [Fact]
    public void Done_indexes_beyond_the_completions_do_not_count() =>
        Assert.Equal([1, 2, 3], JobPods.Indexes("1-2000000000,2100000000", 4).ToArray());

    [Theory]
    [InlineData(1, 36, 10)]
    [InlineData(2, 36, 20)]
    [InlineData(9, 36, 600)]
    [InlineData(1, 20, 0)]
    [InlineData(2, 20, 10)]
    [InlineData(9, 20, 360)]
    public void The_backoff_of_a_Job_grows_with_each_failure(int failures, int minor, int seconds) =>
        Assert.Equal(seconds, (new JobBackOff(failures, DateTimeOffset.UnixEpoch).Until(minor) - DateTimeOffset.UnixEpoch).TotalSeconds);

    [Fact]
    public async Task Failed_pods_of_a_Job_are_replaced_with_backoff_up_to_backoffLimit()
    {
        using LiveCluster cluster = new();
        await cluster.OpenNodesAsync("a");
        DateTimeOffset start = cluster.Clock.GetUtcNow();
        Create(cluster, ""","backoffLimit":2""", """{"sandbox.nodemanager/fail":"true"}""");

        await cluster.UntilAsync(() => Holds(cluster, "Failed"), "failed", TimeSpan.FromSeconds(0.5));

        // The clock goes on while a busy machine lets the controllers wait.
        Assert.InRange((cluster.Clock.GetUtcNow() - start).TotalSeconds, 27, 300);
        Assert.Equal((3L, 3), (cluster.Status(BuiltInKinds.Jobs, "job").Number("failed"), cluster.Pods.Count()));
    }

    [Fact]
    public async Task The_pod_failure_policy_ignores_disruptions_and_fails_on_an_exit_code()
    {
        using LiveCluster cluster = new();
        await cluster.OpenNodesAsync("a");
        Create(
            cluster,
            ""","backoffLimit":0,"podFailurePolicy":{"rules":[{"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget"}]},{"action":"FailJob","onExitCodes":{"operator":"In","values":[1]}}]}""",
            """{"sandbox.nodemanager/complete-after":"600"}"""
        );
        await cluster.UntilAsync(() => cluster.Pods.Any(LiveCluster.IsReady), "running");
        StoredObject first = cluster.Pods.Single();

        new EvictionHandler(cluster.Registry, cluster.Cluster.Catalog).Evict("default", first.Name, new());
        await cluster.UntilAsync(() => cluster.Pods.Any(pod => pod.Uid != first.Uid && LiveCluster.IsReady(pod)), "another");
        await cluster.UntilAsync(() => cluster.Get(BuiltInKinds.Pods, first.Name) is null, "the first gone");
        Assert.Null(cluster.Status(BuiltInKinds.Jobs, "job").Number("failed"));

        cluster.Annotate(BuiltInKinds.Pods, cluster.Pods.Single().Name, "sandbox.nodemanager/fail", "true");
        await cluster.UntilAsync(() => Holds(cluster, "Failed"), "failed");
        JsonObject condition = cluster.Status(BuiltInKinds.Jobs, "job").Condition("Failed")!;
        Assert.Equal("PodFailurePolicy", condition.Text("reason"));
        Assert.Matches(
            "^Container c for pod default/job-[a-z0-9]+ failed with exit code 1 matching FailJob rule at index 1$",
            condition.Text("message")
        );
    }

    [Fact]
    public async Task The_finalizer_of_a_pod_without_its_Job_is_removed()
    {
        using LiveCluster cluster = new();
        await cluster.OpenNodesAsync("a");
        Create(cluster, "", """{"sandbox.nodemanager/complete-after":"600"}""");
        await cluster.UntilAsync(() => cluster.Pods.Any(LiveCluster.IsReady), "running");

        cluster.Delete(BuiltInKinds.Jobs, "job", propagation: "Background");

        await cluster.UntilAsync(() => !cluster.Pods.Any(), "no pods");
    }

    private static void Create(LiveCluster cluster, string spec, string annotations) =>
        cluster.Create(
            BuiltInKinds.Jobs,
            $$"""{"metadata":{"name":"job"},"spec":{"template":{"metadata":{"annotations":{{annotations}} },"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i:1"}]} }{{spec}} } }"""
        );

    private static bool Holds(LiveCluster cluster, string type) =>
        cluster.Status(BuiltInKinds.Jobs, "job").Condition(type).Text("status") == "True";
}
