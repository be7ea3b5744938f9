using System.Globalization;
using System.Net;
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

    // As kube-scheduler writes it: the time of the event is that of its first occurrence.
    [SkippableTheory]
    [AllBackends]
    public async Task A_repeated_failure_counts_from_its_last_occurrence(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = "scheduler-" + cluster.Id;
        await cluster.AddConfigMapAsync(
            SchedulerManifests.Text.Replace("schedulerName: rescheduler-scheduler", "schedulerName: " + name, StringComparison.Ordinal)
        );
        await cluster.AddSchedulerAsync(replicas: 0);
        DateTimeOffset now = cluster.Time.GetUtcNow();
        JsonObject repeated = new()
        {
            ["apiVersion"] = "events.k8s.io/v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject { ["name"] = "web.1" },
            ["eventTime"] = Micro(now.AddHours(-2)),
            ["series"] = new JsonObject { ["count"] = 9, ["lastObservedTime"] = Micro(now) },
            ["type"] = "Warning",
            ["reason"] = "FailedScheduling",
            ["action"] = "Scheduling",
            ["note"] = "0/3 nodes are available",
            ["reportingController"] = name,
            ["reportingInstance"] = name + "-0",
            ["regarding"] = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Pod",
                ["namespace"] = cluster.Namespace,
                ["name"] = "web",
            },
        };
        WireAnswer written = await cluster.SendAsync(
            "POST",
            $"/apis/events.k8s.io/v1/namespaces/{cluster.Namespace}/events",
            repeated.ToJsonString(),
            "application/json"
        );
        Assert.True(written.Code == HttpStatusCode.Created, written.Text);
        NodeManagerSession session = await cluster.ConnectAsync();

        IReadOnlyList<SchedulerHealthFinding> findings = await SchedulerHealth.CheckAsync(
            session,
            await cluster.FindAsync(session),
            default
        );

        SchedulerHealthFinding failed = Assert.Single(findings, static one => one.Check == "Scheduling");
        Assert.True(failed.Status == SchedulerHealthStatus.Warning, failed.Message);
        Assert.Contains("0/3 nodes are available", failed.Message, StringComparison.Ordinal);
    }

    private static string Micro(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    private static JsonObject Held(DateTimeOffset renewedAt)
    {
        string at = Micro(renewedAt);
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
