using NodeManager.Autoscaling.Host;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Operations;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>A leader with nothing to do.</summary>
public sealed class AutoscalerIdleTests
{
    [Fact]
    public async Task A_leader_of_a_cluster_where_nothing_changes_is_alive()
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(Backend.Sandbox, speed: 300);
        NodeManagerSession session = await lab.Cluster.ConnectAsync();
        RunningOperation running = AutoscalerHost.Start(session, lab.Options(session));
        AutoscalerActivity? activity = null;
        // No plan is due, and it keeps finding that out: a probe that asked for plans would have it killed.
        await Eventually.HoldsAsync(
            "checks without a plan",
            () =>
            {
                activity = AutoscalerReader.Observe(session, lab.Namespace);
                return Task.FromResult(
                    activity is { Plans.Last: { } planned, CheckedAt: { } seen } && seen - planned > TimeSpan.FromMinutes(10)
                );
            }
        );
        Assert.True((activity! with { ObservedAt = activity.CheckedAt!.Value.AddMinutes(1) }).IsAlive(TimeSpan.FromMinutes(5)));
        await AutoscalerLab.StopAsync(running);
    }
}
