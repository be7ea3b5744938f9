using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;
using Sample = NodeManager.Core.Tests.Drain.Support.Sample;

namespace NodeManager.Core.Tests.Drain.Rules;

public sealed class DrainLimitTests
{
    // Seconds; two pods with a grace period of 30 and 90 s.
    [Theory]
    [InlineData(false, null, null, null, null)]
    [InlineData(false, 45, null, null, 45)]
    [InlineData(true, 45, null, null, 45)]
    [InlineData(true, null, null, null, 150)]
    [InlineData(true, null, 10, null, 70)]
    [InlineData(true, null, null, 1, 240)]
    public void With_Once_the_limit_is_the_longest_grace_period_plus_one_minute(
        bool once,
        int? timeout,
        int? grace,
        int? atOnce,
        int? seconds
    )
    {
        Pod slow = Sample.Pod("p2").ReadPod();
        slow.Spec.TerminationGracePeriodSeconds = 90;
        DrainOptions options = new()
        {
            Once = once,
            Timeout = Seconds(timeout),
            GracePeriod = Seconds(grace),
            MaxParallelEvictions = atOnce,
        };

        Assert.Equal(Seconds(seconds), DrainLimit.Of(options, [Sample.Pod("p1").ReadPod(), slow]));
    }

    [Theory]
    [InlineData(null, 60, 12 * 60)]
    [InlineData(null, null, 3600)]
    [InlineData(5, 60, 5)]
    public void The_limit_of_a_planned_drain_follows_its_estimate(int? timeout, int? estimate, int seconds)
    {
        NodeDrainPlan plan = new() { Node = "n1", EstimatedDuration = Seconds(estimate) };

        Assert.Equal(
            Seconds(seconds),
            new DrainOptions { Timeout = Seconds(timeout) }
                .For([plan])
                .Timeout
        );
    }

    private static TimeSpan? Seconds(int? seconds) => seconds is { } some ? TimeSpan.FromSeconds(some) : null;
}
