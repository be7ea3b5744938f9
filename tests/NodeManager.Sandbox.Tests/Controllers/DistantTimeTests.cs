using NodeManager.Sandbox.Model.Clock;
using NodeManager.Sandbox.Model.Kinds;

namespace NodeManager.Sandbox.Tests.Controllers;

/// <summary>Durations that reach beyond all time.</summary>
public sealed class DistantTimeTests
{
    private const long Endless = long.MaxValue;

    [Fact]
    public void A_time_out_of_range_is_clamped()
    {
        DateTimeOffset now = DateTimeOffset.UnixEpoch;

        Assert.Equal(DateTimeOffset.MaxValue, now.After(Endless));
        Assert.Equal(DateTimeOffset.MinValue, now.After(-Endless));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(5), now.After(5));
    }

    [Fact]
    public async Task A_pod_with_the_maximum_grace_period_is_deleted()
    {
        using LiveCluster cluster = new();
        await cluster.OpenNodesAsync("a");
        cluster.Pod("web", $",\"terminationGracePeriodSeconds\":{Endless}");
        await cluster.UntilAsync(() => cluster.PodNamed("web")!.Status.Phase == "Running");

        cluster.Delete(BuiltInKinds.Pods, "web");
        Assert.StartsWith(
            "9999-",
            cluster.Get(BuiltInKinds.Pods, "web")!.ToJson()["metadata"]!["deletionTimestamp"]!.ToString(),
            StringComparison.Ordinal
        );
        cluster.Delete(BuiltInKinds.Pods, "web", grace: 30);

        await cluster.UntilAsync(() => cluster.PodNamed("web") is null);
    }

    // That no controller fails is checked when the cluster is disposed.
    [Fact]
    public async Task Maximum_deadlines_and_toleration_seconds_are_accepted()
    {
        using LiveCluster cluster = new();
        await cluster.OpenNodesAsync("a");
        cluster.Create(
            BuiltInKinds.Jobs,
            $$"""
            {"metadata":{"name":"long"},"spec":{"activeDeadlineSeconds":{{Endless}},"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]} } } }
            """
        );
        cluster.Pod(
            "patient",
            $$""","nodeName":"a","tolerations":[{"key":"k","operator":"Exists","effect":"NoExecute","tolerationSeconds":{{Endless}} }]"""
        );
        await cluster.UntilAsync(() => cluster.PodNamed("patient")!.Status.Phase == "Running");
        cluster.Merge(
            BuiltInKinds.Nodes,
            "a",
            static node =>
                node["spec"]!["taints"] = System.Text.Json.Nodes.JsonNode.Parse(
                    """[{"key":"k","effect":"NoExecute","timeAdded":"2020-01-01T00:00:00Z"}]"""
                )
        );

        await cluster.PassAsync(TimeSpan.FromMinutes(2));

        Assert.NotNull(cluster.PodNamed("patient"));
    }
}
