using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Requests;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Health;

namespace NodeManager.Conformance.Scheduler;

/// <summary>The health of a scheduler, checked from a machine whose clock is wrong.</summary>
public sealed class SchedulerHealthTests
{
    private const string Lease = "scheduler-lease";

    // The Lease is valid for 15 s.
    [SkippableTheory]
    [AllBackends(0, 60, SchedulerHealthStatus.Healthy)]
    [AllBackends(40, -60, SchedulerHealthStatus.Error)]
    public async Task The_age_of_the_Lease_is_counted_by_the_clock_of_the_server(string backend, int age, int ahead, string status)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync(
            SchedulerManifests.Text.Replace(
                "leaderElect: false",
                $"leaderElect: true\n  resourceName: {Lease}\n  resourceNamespace: {cluster.Namespace}",
                StringComparison.Ordinal
            )
        );
        await cluster.AddSchedulerAsync(replicas: 0);
        await cluster.CreateAsync(Resources.Leases, Held(cluster.Time.GetUtcNow().AddSeconds(-age)));
        NodeManagerSession session = await cluster.ConnectAsync(
            static inner => new DatedHandler(inner),
            new JumpingClock(cluster.Time) { Offset = TimeSpan.FromSeconds(ahead) }
        );
        ClusterScheduler scheduler = await cluster.FindAsync(session);

        IReadOnlyList<SchedulerHealthFinding> findings = await SchedulerHealth.CheckAsync(session, scheduler, default);

        SchedulerHealthFinding leader = Assert.Single(findings, static one => one.Check == "Leader");
        Assert.True(leader.Status == status, leader.Message);
    }

    private static JsonObject Held(DateTimeOffset renewedAt)
    {
        string at = renewedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        return new()
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = new JsonObject { ["name"] = Lease },
            ["spec"] = new JsonObject
            {
                ["holderIdentity"] = "scheduler-0",
                ["leaseDurationSeconds"] = 15,
                ["acquireTime"] = at,
                ["renewTime"] = at,
            },
        };
    }
}
