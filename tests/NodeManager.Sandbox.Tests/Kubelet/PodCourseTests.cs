using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Tests.Controllers;

namespace NodeManager.Sandbox.Tests.Kubelet;

/// <summary>The courses of pods: the order of their states, and how long each lasts.</summary>
public sealed class PodCourseTests
{
    private const string Created = "Pending unready -";
    private const string Creating = "Pending unready ContainerCreating";
    private const string Serving = "Running ready running";
    private const string Terminating = "Running ready running terminating";
    private const string Completed = "Succeeded unready Completed:0 terminating";
    private const string Killed = "Failed unready Error:137 terminating";
    private const string Gone = "gone";

    public static TheoryData<string, string, int, string, double> Ends =>
        new()
        {
            { "", "", 30, Completed, 0.3 },
            { """ "preStop":{"sleep":{"seconds":3} } """, "", 20, Completed, 3.3 },
            { """ "preStop":{"exec":{"command":["/pod","sleep","3"]} } """, "", 20, Completed, 3.3 },
            { """ "preStop":{"exec":{"command":["sh","-c","sleep 1.5; sleep 2s"]} } """, "", 20, Completed, 3.8 },
            { """ "preStop":{"httpGet":{"port":80} } """, "", 20, Completed, 0.3 },
            { "", "ignore", 6, Killed, 6 },
            { "", "60", 6, Killed, 6 },
            { "", "4", 6, Completed, 4 },
            // The hook counts within the grace period.
            { """ "preStop":{"sleep":{"seconds":3} } """, "ignore", 6, Killed, 6 },
            // A hook that is cut off leaves the minimum of 2 s.
            { """ "preStop":{"sleep":{"seconds":60} } """, "", 5, Completed, 5.3 },
            { """ "preStop":{"sleep":{"seconds":60} } """, "ignore", 5, Killed, 7 },
        };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_deleted_pod_reports_its_end_a_second_before_it_is_gone(
        string lifecycle,
        string slow,
        int grace,
        string end,
        double seconds
    )
    {
        using LiveCluster cluster = LiveCluster.WithWaitingClock();
        PodCourse course = await ServeAsync(cluster, "slow-terminate", slow, $$""" "lifecycle":{ {{lifecycle}} } """);
        cluster.Delete(BuiltInKinds.Pods, "web", grace);
        await course.ReachesAsync(Gone);

        Assert.Equal([Created, Creating, Serving, Terminating, end, Gone], course.States);
        Assert.InRange(course.Between(Terminating, end), seconds - 0.3, seconds + 0.7);
        Assert.InRange(course.Between(end, Gone), 0.8, 1.6);
        Assert.Contains("Killing: Stopping container c", cluster.EventsOf("web"));
    }

    [Fact]
    public async Task A_pod_with_a_finalizer_stays_in_its_terminal_state()
    {
        using LiveCluster cluster = LiveCluster.WithWaitingClock();
        await cluster.OpenNodesAsync("a");
        cluster.Create(
            BuiltInKinds.Pods,
            """{"metadata":{"name":"web","finalizers":["example.com/hold"]},"spec":{"nodeName":"a","containers":[{"name":"c","image":"i:1"}]} }"""
        );
        PodCourse course = new(cluster, "web");
        await course.ReachesAsync(Serving);
        cluster.Delete(BuiltInKinds.Pods, "web");
        await course.ReachesAsync(Completed);
        await cluster.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Equal([Serving, Terminating, Completed], course.States.Skip(course.States.Count - 3));
        Assert.Equal(0, cluster.PodNamed("web")!.Metadata.DeletionGracePeriodSeconds);
        JsonObject status = cluster.Status(BuiltInKinds.Pods, "web");
        Assert.Equal("PodCompleted", status.Condition("Ready").Text("reason"));
        cluster.Merge(BuiltInKinds.Pods, "web", document => document["metadata"]!.AsObject().Remove("finalizers"));
        await course.ReachesAsync(Gone);
    }

    [Fact]
    public async Task Before_1_27_the_phase_of_a_deleted_pod_stays_Running()
    {
        using LiveCluster cluster = new(version: "1.26");
        cluster.Nodes("a");
        cluster.Pod("web", ""","nodeName":"a" """);
        PodCourse course = new(cluster, "web");
        await course.ReachesAsync(Serving);
        cluster.Delete(BuiltInKinds.Pods, "web");
        await course.ReachesAsync(Gone);
        Assert.Equal([Serving, Terminating, "Running unready Completed:0 terminating", Gone], course.States.TakeLast(4));
    }

    [Theory]
    [InlineData(""" "readinessProbe":{"httpGet":{"port":80},"periodSeconds":1} """, "", 0, 0)]
    [InlineData(""" "readinessProbe":{"httpGet":{"port":80},"periodSeconds":1} """, "4", 4, 5)]
    [InlineData(""" "readinessProbe":{"httpGet":{"port":80},"periodSeconds":10} """, "2", 8, 10)]
    [InlineData(""" "readinessProbe":{"httpGet":{"port":80},"initialDelaySeconds":6,"periodSeconds":2} """, "", 6, 7)]
    [InlineData(""" "readinessProbe":{"httpGet":{"port":80},"periodSeconds":2,"successThreshold":3} """, "", 4, 5)]
    [InlineData(
        """ "startupProbe":{"httpGet":{"port":80},"periodSeconds":2},"readinessProbe":{"httpGet":{"port":80},"periodSeconds":1} """,
        "3",
        4,
        5
    )]
    public async Task Probes_delay_Ready(string probes, string readyAfter, double least, double most)
    {
        using LiveCluster cluster = LiveCluster.WithWaitingClock();
        PodCourse course = await ServeAsync(cluster, "ready-after", readyAfter, probes);
        if (most == 0)
            Assert.Equal([Created, Creating, Serving], course.States);
        else
            Assert.InRange(course.Between("Running unready running", Serving), least - 0.5, most + 0.5);
    }

    [Fact]
    public async Task A_crash_loop_shows_the_error_during_the_back_off()
    {
        using LiveCluster cluster = LiveCluster.WithWaitingClock();
        await cluster.OpenNodesAsync("a");
        PodCourse course = new(cluster, "web");
        cluster.Pod("web", ""","nodeName":"a" """, """{"sandbox.nodemanager/crash":"1"}""");
        const string error = "Running unready Error:1",
            waiting = "Running unready CrashLoopBackOff";
        await course.ReachesAsync(waiting, times: 3);

        Assert.Equal(
            [Created, Creating, Serving, error, Serving, error, waiting, Serving, error, waiting, Serving, error, waiting],
            course.States
        );
        JsonObject container = cluster.Status(BuiltInKinds.Pods, "web").Objects("containerStatuses").First();
        Assert.Equal(3, container.Number("restartCount"));
        Assert.Equal(1, container.Object("lastState").Object("terminated").Number("exitCode"));
        Assert.StartsWith(
            "back-off 40s restarting failed container=c pod=web_default(",
            container.Object("state").Object("waiting").Text("message"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            cluster.EventsOf("web"),
            static one => one.StartsWith("BackOff: Back-off restarting failed container c in pod web_", StringComparison.Ordinal)
        );

        cluster.Annotate(BuiltInKinds.Pods, "web", "sandbox.nodemanager/crash", "");
        await course.ReachesAsync(Serving, times: 5);
    }

    [Theory]
    [InlineData("IfNotPresent", "ErrImagePull", "ImagePullBackOff")]
    [InlineData("Never", "ErrImageNeverPull", null)]
    public async Task A_missing_image_is_retried_until_it_is_replaced(string policy, string first, string? second)
    {
        using LiveCluster cluster = LiveCluster.WithWaitingClock();
        await cluster.OpenNodesAsync("a");
        PodCourse course = new(cluster, "web");
        cluster.Create(
            BuiltInKinds.Pods,
            $$"""{"metadata":{"name":"web"},"spec":{"nodeName":"a","containers":[{"name":"c","image":"missing.invalid/web:1","imagePullPolicy":"{{policy}}"}]} }"""
        );
        await course.ReachesAsync($"Pending unready {first}");
        if (second is not null)
        {
            await course.ReachesAsync($"Pending unready {second}");
            await course.ReachesAsync($"Pending unready {first}", times: 2);
            Assert.Contains(cluster.EventsOf("web"), static one => one == "BackOff: Back-off pulling image \"missing.invalid/web:1\"");
        }

        cluster.Merge(BuiltInKinds.Pods, "web", document => document["spec"]!["containers"]![0]!["image"] = "web:2");
        await course.ReachesAsync(Serving);
        await cluster.UntilAsync(
            () =>
                cluster
                    .EventsOf("web")
                    .Any(static one => one.StartsWith("Pulled: Container image \"web:2\" already present", StringComparison.Ordinal)),
            "the event of the new image"
        );
    }

    [Fact]
    public async Task A_dead_kubelet_leaves_its_pods_and_terminates_them_when_it_starts()
    {
        using LiveCluster cluster = LiveCluster.WithWaitingClock();
        await cluster.OpenNodesAsync("a");
        PodCourse course = new(cluster, "web");
        cluster.Pod("web", ""","nodeName":"a" """, """{"sandbox.nodemanager/slow-terminate":"ignore"}""");
        cluster.Pod("other", ""","nodeName":"a" """);
        await cluster.UntilAsync(() => cluster.Pods.All(LiveCluster.IsReady));
        Down(cluster, SandboxFaultKind.KubeletDown);
        await cluster.PassAsync(TimeSpan.FromSeconds(5));
        cluster.Delete(BuiltInKinds.Pods, "web", 8);
        await cluster.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([Serving, Terminating], course.States.TakeLast(2));
        string container = (string)cluster.Status(BuiltInKinds.Pods, "other").Objects("containerStatuses").First()["containerID"]!,
            boot = cluster.Node("a").Status.NodeInfo!.BootID!;

        DateTimeOffset back = cluster.Cluster.Time.GetUtcNow();
        cluster.Cluster.ClearFault("outage");
        await course.ReachesAsync(Gone);

        Assert.Equal([Terminating, Killed, Gone], course.States.TakeLast(3));
        Assert.InRange((cluster.Cluster.Time.GetUtcNow() - back).TotalSeconds, 8.5, 11);
        JsonObject other = cluster.Status(BuiltInKinds.Pods, "other").Objects("containerStatuses").First();
        Assert.Equal((container, 0L), (other.Text("containerID"), other.Number("restartCount")));
        Assert.Equal(boot, cluster.Node("a").Status.NodeInfo!.BootID);
        Assert.Contains("Starting: Starting kubelet.", cluster.EventsOf("a"));
    }

    [Fact]
    public async Task A_machine_that_returns_does_not_start_terminating_pods_again()
    {
        using LiveCluster cluster = LiveCluster.WithWaitingClock();
        await cluster.OpenNodesAsync("a");
        PodCourse course = new(cluster, "web");
        cluster.Pod("web", ""","nodeName":"a" """);
        await course.ReachesAsync(Serving);
        Down(cluster, SandboxFaultKind.NodeDown);
        cluster.Delete(BuiltInKinds.Pods, "web", 30);
        await cluster.PassAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(Terminating, course.States[^1]);

        DateTimeOffset back = cluster.Cluster.Time.GetUtcNow();
        cluster.Cluster.ClearFault("outage");
        await course.ReachesAsync(Gone);

        Assert.Equal([Terminating, "Failed unready Unknown:255 terminating", Gone], course.States.TakeLast(3));
        Assert.InRange((cluster.Cluster.Time.GetUtcNow() - back).TotalSeconds, 0.5, 3);
    }

    [Fact]
    public async Task The_node_of_a_paused_kubelet_is_not_ready_for_ten_seconds_after_it_continues()
    {
        using LiveCluster cluster = LiveCluster.WithWaitingClock();
        await cluster.OpenNodesAsync("a");
        Down(cluster, SandboxFaultKind.KubeletPaused);
        await cluster.UntilAsync(() => Ready() == "Unknown", "unknown", TimeSpan.FromSeconds(1));
        cluster.Cluster.ClearFault("outage");
        await cluster.UntilAsync(() => Ready() == "False", "not ready");
        DateTimeOffset since = cluster.Cluster.Time.GetUtcNow();
        await cluster.UntilAsync(() => Ready() == "True", "ready");
        Assert.InRange((cluster.Cluster.Time.GetUtcNow() - since).TotalSeconds, 9, 12);

        string Ready() => cluster.Node("a").Status.Conditions!.Find(static one => one.Type == "Ready")!.Status;
    }

    [Fact]
    public async Task A_kubelet_that_starts_under_disk_pressure_rejects_its_pods()
    {
        using LiveCluster cluster = LiveCluster.WithWaitingClock();
        await cluster.OpenNodesAsync("a");
        PodCourse course = new(cluster, "web");
        cluster.Pod("web", ""","nodeName":"a" """);
        await course.ReachesAsync(Serving);
        cluster.Cluster.SetFault(new() { Kind = SandboxFaultKind.DiskPressure, Nodes = ["a"] });
        await cluster.PassAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(Serving, course.States[^1]);
        Down(cluster, SandboxFaultKind.KubeletDown);
        await cluster.PassAsync(TimeSpan.FromSeconds(3));
        cluster.Cluster.ClearFault("outage");
        await course.ReachesAsync("Failed unready Error:137");
        JsonObject status = cluster.Status(BuiltInKinds.Pods, "web");
        Assert.Equal(
            ("Evicted", "Pod was rejected: The node had condition: [DiskPressure]. "),
            (status.Text("reason"), status.Text("message"))
        );
    }

    private static void Down(LiveCluster cluster, string kind) =>
        cluster.Cluster.SetFault(
            new()
            {
                Kind = kind,
                Name = "outage",
                Nodes = ["a"],
            }
        );

    /// <summary>A pod that serves, from its creation on.</summary>
    /// <param name="simulation">What the node simulates: the name of its annotation.</param>
    /// <param name="fields">More fields of the container.</param>
    private static async Task<PodCourse> ServeAsync(LiveCluster cluster, string simulation, string value, string fields)
    {
        await cluster.OpenNodesAsync("a");
        PodCourse course = new(cluster, "web");
        cluster.Create(
            BuiltInKinds.Pods,
            $$"""
            {"metadata":{"name":"web","annotations":{"sandbox.nodemanager/{{simulation}}":"{{value}}"} },
            "spec":{"nodeName":"a","containers":[{"name":"c","image":"i:1",{{fields}} }]} }
            """
        );
        await course.ReachesAsync(Serving);
        return course;
    }
}
