using NodeManager.Sandbox.Controllers.DaemonSets;
using NodeManager.Sandbox.Model.Kinds;

namespace NodeManager.Sandbox.Tests.Controllers;

/// <summary>What a DaemonSet does about pods that fail again and again.</summary>
public sealed class DaemonSetTests
{
    [Fact]
    public async Task Pods_that_fail_immediately_are_replaced_with_increasing_delay()
    {
        using LiveCluster cluster = new();
        await cluster.OpenNodesAsync("a");
        cluster.Create(
            BuiltInKinds.DaemonSets,
            """
            {"metadata":{"name":"agent"},"spec":{"selector":{"matchLabels":{"app":"agent"} },"template":{"metadata":{"labels":{"app":"agent"},
            "annotations":{"sandbox.nodemanager/fail":"true"} },"spec":{"containers":[{"name":"c","image":"i:1"}]} } } }
            """
        );

        // After 0, 1, 2, 4, 8, 16 and 32 seconds, and the moments that the pods take to fail.
        await cluster.PassAsync(TimeSpan.FromSeconds(60));

        Assert.InRange(
            cluster
                .EventsOf("agent")
                .Count(static one => one.StartsWith("FailedDaemonPod: Found failed daemon pod default/agent-", StringComparison.Ordinal)),
            4,
            7
        );
        Assert.Equal("Failed", Assert.Single(cluster.Pods).Field("status.phase"));
    }

    [Fact]
    public void Backoff_grows_to_15_minutes_per_node_and_template()
    {
        DaemonBackOff backOff = new();
        DateTimeOffset now = DateTimeOffset.UnixEpoch;

        Assert.Null(backOff.Until("set", 1, "a", now));
        Assert.Equal(now.AddSeconds(1), backOff.Until("set", 1, "a", now));
        Assert.Null(backOff.Until("set", 1, "b", now));
        Assert.Null(backOff.Until("set", 2, "a", now));
        Assert.Null(backOff.Until("other", 1, "a", now));
        List<double> pauses = [];
        for (int failure = 0; failure < 12; failure++)
        {
            DateTimeOffset until = backOff.Until("set", 1, "a", now)!.Value;
            pauses.Add((until - now).TotalSeconds);
            now = until;
            Assert.Null(backOff.Until("set", 1, "a", now));
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900], pauses);
        Assert.Null(backOff.Until("set", 1, "a", now.AddMinutes(31)));
        Assert.Equal(now.AddMinutes(31).AddSeconds(1), backOff.Until("set", 1, "a", now.AddMinutes(31)));
    }
}
