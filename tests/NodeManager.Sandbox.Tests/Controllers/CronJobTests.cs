using System.Text.Json.Nodes;
using NodeManager.Sandbox.Controllers.Jobs;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Tests.Controllers;

public sealed class CronJobTests
{
    [Theory]
    [InlineData("*/5 * * * *", null, "2026-01-01T10:02:30Z", "2026-01-01T10:05:00Z")]
    [InlineData("@daily", null, "2026-01-01T10:00:00Z", "2026-01-02T00:00:00Z")]
    [InlineData("30 9 * * *", "Europe/Berlin", "2026-01-01T10:00:00Z", "2026-01-02T08:30:00Z")]
    [InlineData("30 9 * * *", "Europe/Berlin", "2026-07-01T10:00:00Z", "2026-07-02T07:30:00Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z")]
    [InlineData("@every 1h30m", null, "2026-01-01T10:00:00Z", "2026-01-01T11:30:00Z")]
    [InlineData("0 0 29 2 *", null, "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    public void The_next_time_follows_the_schedule_in_its_zone(string schedule, string? zone, string after, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected), CronTimes.Parse(schedule, zone)!.Next(DateTimeOffset.Parse(after)));

    [Theory]
    [InlineData("* * * * *", "2026-01-01T10:00:00Z", "2026-01-03T10:00:30Z", "2026-01-03T10:00:00Z")]
    [InlineData("0 12 * * 0", "2025-12-01T00:00:00Z", "2026-01-02T00:00:00Z", "2025-12-28T12:00:00Z")]
    [InlineData("0 12 * * *", "2026-01-01T12:00:00Z", "2026-01-02T11:59:59Z", null)]
    public void Of_missed_times_the_latest_counts(string schedule, string after, string until, string? expected) =>
        Assert.Equal(
            expected is null ? null : DateTimeOffset.Parse(expected),
            CronTimes.Parse(schedule, null)!.Latest(DateTimeOffset.Parse(after), DateTimeOffset.Parse(until))
        );

    [Fact]
    public async Task A_job_starts_each_minute_and_the_newest_are_kept()
    {
        using LiveCluster cluster = await StartAsync("""{"schedule":"* * * * *","successfulJobsHistoryLimit":2""", seconds: 10);
        await cluster.UntilAsync(() => Jobs(cluster).Length == 1 && Status(cluster).Objects("active").Any(), "the first job");
        DateTimeOffset started = cluster.Cluster.Time.GetUtcNow();
        Assert.InRange(started.Second, 0, 2);
        JsonObject job = Jobs(cluster)[0].ToJson();
        Assert.Equal($"tick-{started.ToUnixTimeSeconds() / 60}", job.Object("metadata").Text("name"));
        Assert.Equal(
            started.AddTicks(-(started.Ticks % TimeSpan.TicksPerMinute)),
            job.Object("metadata").Object("annotations").Time("batch.kubernetes.io/cronjob-scheduled-timestamp")
        );
        Assert.Equal(Jobs(cluster)[0].Uid, Assert.Single(Status(cluster).Objects("active")).Text("uid"));
        await cluster.UntilAsync(() => Status(cluster)["active"] is null && Status(cluster)["lastSuccessfulTime"] is not null, "its end");

        await cluster.UntilAsync(() => cluster.EventsOf("tick").Count(IsCreated) == 4, "four jobs", TimeSpan.FromSeconds(1));
        await cluster.UntilAsync(() => Jobs(cluster).Length == 2 && Status(cluster)["active"] is null, "two jobs kept");
        Assert.Contains($"SawCompletedJob: Saw completed job: {Jobs(cluster)[1].Name}, condition: Complete", cluster.EventsOf("tick"));
        // Pods of deleted jobs go after them.
        await cluster.UntilAsync(
            () =>
                Jobs(cluster)
                    .Select(static one => one.Uid)
                    .Order()
                    .SequenceEqual(cluster.Pods.Select(static pod => pod.ControllerReference()!.Uid).Order()),
            "the pods of the kept jobs"
        );
    }

    [Theory]
    [InlineData("Allow", 3, 3)]
    [InlineData("Forbid", 1, 1)]
    [InlineData("Replace", 3, 1)]
    public async Task The_concurrency_policy_decides_over_a_job_that_still_runs(string policy, int started, int active)
    {
        using LiveCluster cluster = await StartAsync($$"""{"schedule":"* * * * *","concurrencyPolicy":"{{policy}}" """, seconds: 600);
        await cluster.UntilAsync(() => Jobs(cluster).Length > 0, "the first job");
        await cluster.PassAsync(TimeSpan.FromMinutes(2.2));
        Assert.Equal((started, active), (cluster.EventsOf("tick").Count(IsCreated), Jobs(cluster).Count(static one => !one.IsDeleting)));
        Assert.Equal(active, Status(cluster).Objects("active").Count());
        Assert.Equal(
            policy == "Forbid",
            cluster.EventsOf("tick").Any(static one => one.StartsWith("JobAlreadyActive", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task A_suspended_cron_job_starts_nothing_until_it_resumes()
    {
        using LiveCluster cluster = await StartAsync("""{"schedule":"* * * * *","suspend":true,"startingDeadlineSeconds":20""");
        await cluster.PassAsync(TimeSpan.FromMinutes(3.5));
        Assert.Empty(Jobs(cluster));
        // The last minute is more than 20 s ago.
        await cluster.UntilAsync(() => cluster.Cluster.Time.GetUtcNow().Second is >= 30 and < 50);
        cluster.Merge(PassiveKinds.CronJobs, "tick", document => document["spec"]!["suspend"] = false);
        await cluster.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Empty(Jobs(cluster));
        await cluster.UntilAsync(() => Jobs(cluster).Length == 1);
    }

    private static bool IsCreated(string told) => told.StartsWith("SuccessfulCreate", StringComparison.Ordinal);

    private static StoredObject[] Jobs(LiveCluster cluster) => [.. cluster.Store.List(BuiltInKinds.Jobs).Objects.Walk()];

    private static JsonObject Status(LiveCluster cluster) => cluster.Get(PassiveKinds.CronJobs, "tick")!.ToJson().Ensure("status");

    private static async Task<LiveCluster> StartAsync(string spec, int seconds = 1)
    {
        LiveCluster cluster = LiveCluster.WithWaitingClock();
        await cluster.OpenNodesAsync("a");
        cluster.Create(
            PassiveKinds.CronJobs,
            $$"""
            {"metadata":{"name":"tick"},"spec":{{spec}},"jobTemplate":{"spec":{"template":{
            "metadata":{"annotations":{"sandbox.nodemanager/complete-after":"{{seconds}}"} },
            "spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i:1"}]} } } } } }
            """
        );
        return cluster;
    }
}
