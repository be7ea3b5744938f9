using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains.Planning;

namespace NodeManager.Core.Tests.Drain.Planning;

public sealed class PodHealthTests
{
    [Theory]
    [InlineData("starting", "starting", true)]
    [InlineData("unready", "running, not ready", true)]
    [InlineData("terminating", "terminating", true)]
    [InlineData("unseen", "not scheduled yet", true)]
    [InlineData("long-starting", "starting, for 11m", false)]
    [InlineData("long-unready", "running, not ready: ContainersNotReady, for 3h", false)]
    [InlineData("long-terminating", "terminating, overdue for 2h", false)]
    [InlineData("between-crashes", "crashing: c: 7 restarts, last ended, exit code 137", false)]
    [InlineData("out-of-memory", "CrashLoopBackOff: c: back-off 5m0s; last OOMKilled, exit code 137", false)]
    [InlineData("failing", "CrashLoopBackOff: c; last Error, exit code 1: no route to db", false)]
    [InlineData("restarted-once", "running, not ready", true)]
    [InlineData("crashing", "CrashLoopBackOff: c: back-off 5m0s restarting failed container", false)]
    [InlineData("unplaced", "not scheduled: Unschedulable: 0/3 nodes are available: 3 Insufficient cpu", false)]
    public void An_unhealthy_pod_is_reported_with_the_reason_and_whether_it_is_starting(string state, string reason, bool progressing)
    {
        UnhealthyPod? pod = PodHealth.Examine(UnhealthyPods.Make(state).ReadPod(), UnhealthyPods.Now);

        Assert.Equal((reason, progressing), (pod!.Reason, pod.Progressing));
        Assert.Equal($"p1 ({reason})", pod.ToString());
    }

    [Theory]
    [InlineData("ready")]
    [InlineData("ended")]
    public void Ready_and_completed_pods_are_not_named(string state) =>
        Assert.Null(PodHealth.Examine(UnhealthyPods.Make(state).ReadPod(), UnhealthyPods.Now));
}
