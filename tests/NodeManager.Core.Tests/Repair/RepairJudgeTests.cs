using NodeManager.Core.Nodes.Claims;
using NodeManager.Kubernetes.Models;
using NodeManager.Monitoring.Repair.Decisions;

namespace NodeManager.Core.Tests.Repair;

/// <summary>Which nodes a policy repairs, and why not the others.</summary>
public class RepairJudgeTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    // The node, the minutes that its finding has lasted, what the policy adds, and what is said.
    [Theory]
    [InlineData("", "", 0, "", NodeRepairReason.Healthy)]
    [InlineData("", "MemoryPressure", 60, "", NodeRepairReason.Healthy)]
    [InlineData("", "MemoryPressure", 60, "memory", NodeRepairReason.Unhealthy)]
    [InlineData("", "NotReady", 5, "", NodeRepairReason.Unhealthy)]
    [InlineData("", "NotReady", 4, "", NodeRepairReason.TooRecent)]
    [InlineData("", "NotReady", 4, "impatient", NodeRepairReason.Unhealthy)]
    [InlineData("", "Unreachable", 60, "", NodeRepairReason.Unhealthy)]
    [InlineData("", "KernelDeadlock", 60, "", NodeRepairReason.Unhealthy)]
    [InlineData("", "ReadonlyFilesystem", 60, "", NodeRepairReason.Unhealthy)]
    [InlineData("", "Flapping", 60, "", NodeRepairReason.Healthy)]
    [InlineData("control-plane", "NotReady", 60, "", NodeRepairReason.ControlPlane)]
    [InlineData("control-plane", "NotReady", 60, "control-plane", NodeRepairReason.Unhealthy)]
    [InlineData("cordoned", "NotReady", 60, "", NodeRepairReason.Cordoned)]
    [InlineData("cordoned", "NotReady", 60, "cordoned", NodeRepairReason.Unhealthy)]
    [InlineData("cordoned", "", 0, "cordoned", NodeRepairReason.Cordoned)]
    [InlineData("maintenance", "NotReady", 60, "cordoned", NodeRepairReason.Maintenance)]
    [InlineData("maintenance", "", 0, "", NodeRepairReason.Maintenance)]
    [InlineData("other repair", "NotReady", 60, "", NodeRepairReason.Unhealthy)]
    [InlineData("living repair", "NotReady", 60, "", NodeRepairReason.Maintenance)]
    [InlineData("own repair", "NotReady", 60, "", NodeRepairReason.Unhealthy)]
    [InlineData("deleting", "NotReady", 60, "", NodeRepairReason.NodeGone)]
    [InlineData("replaced", "NotReady", 60, "", NodeRepairReason.NodeGone)]
    [InlineData("failed", "NotReady", 60, "", NodeRepairReason.FailedBefore)]
    [InlineData("repaired", "NotReady", 60, "", NodeRepairReason.RecentlyRepaired)]
    [InlineData("repaired long ago", "NotReady", 60, "", NodeRepairReason.Unhealthy)]
    public void A_node_is_repaired_as_in_the_table(string state, string cause, int minutes, string policy, string reason)
    {
        RepairVerdict verdict = new RepairJudge(Policy(policy)).Judge(Subject(state, cause, minutes), Now);

        Assert.Equal(reason, verdict.Reason);
        Assert.Equal(reason == NodeRepairReason.Unhealthy, verdict.MayBeRepaired);
        Assert.NotEmpty(verdict.Message);
    }

    [Theory]
    [InlineData("", "", true, false)]
    [InlineData("", "NotReady", false, false)]
    [InlineData("cordoned", "", true, true)]
    [InlineData("maintenance", "", true, true)]
    [InlineData("maintenance", "NotReady", false, true)]
    [InlineData("other repair", "", false, false)]
    [InlineData("own repair", "", true, false)]
    [InlineData("", "Flapping", false, false)]
    [InlineData("maintenance", "Flapping", false, true)]
    [InlineData("other repair", "Flapping", false, false)]
    public void Health_is_judged_as_in_the_table(string state, string cause, bool isHealthy, bool isInMaintenance)
    {
        RepairJudge judge = new(Policy(""));
        RepairSubject subject = Subject(state, cause, 60);
        FleetNode node = judge.Describe(subject, judge.Judge(subject, Now), false);

        Assert.Equal((isHealthy, isInMaintenance, isHealthy && !isInMaintenance), (node.IsHealthy, node.IsInMaintenance, node.Counts));
    }

    [Fact]
    public void A_finding_without_a_start_time_counts_from_its_first_observation()
    {
        RepairJudge judge = new(Policy(""));
        RepairSubject fresh = Subject("", "NotReady", null) with { SeenSince = Now.AddMinutes(-1) };

        Assert.Equal((NodeRepairReason.TooRecent, Now.AddMinutes(4)), (judge.Judge(fresh, Now).Reason, judge.Judge(fresh, Now).Due));
        Assert.True(judge.Judge(fresh with { SeenSince = null }, Now).MayBeRepaired);
    }

    // By our clock, the fault began 10 s ago. Conditions have the server's time, renewals of a Lease ours.
    [Theory]
    [InlineData("Condition", -6)]
    [InlineData("Condition", 6)]
    [InlineData("Lease", -6)]
    [InlineData("Lease", 6)]
    public void Clocks_that_differ_do_not_change_how_long_a_fault_has_lasted(string evidence, int offset)
    {
        TimeSpan ahead = TimeSpan.FromMinutes(offset);
        DateTimeOffset since = Now.AddSeconds(-10) + (evidence == "Lease" ? TimeSpan.Zero : ahead);
        NodeFinding finding = new()
        {
            Node = "a",
            Cause = "Unreachable",
            Severity = NodeFindingSeverity.Critical,
            Message = "It is broken.",
            Since = since,
            ObservedAt = Now,
            Evidence = new([
                new()
                {
                    Kind = evidence,
                    Name = "Ready",
                    Message = "Unknown",
                    At = since,
                },
            ]),
        };
        RepairSubject subject = Subject("", "", 0) with { Findings = [finding], ClockOffset = ahead };

        RepairVerdict verdict = new RepairJudge(Policy("")).Judge(subject, Now);

        Assert.Equal((NodeRepairReason.TooRecent, Now.AddSeconds(290)), (verdict.Reason, verdict.Due));
    }

    [Fact]
    public void A_recovery_is_dated_by_our_clock()
    {
        RepairSubject subject = Subject("", "", 0) with { ClockOffset = TimeSpan.FromMinutes(-6) };
        subject.Node.Status.Conditions =
        [
            new()
            {
                Type = "Ready",
                Status = "True",
                LastTransitionTime = Now.AddMinutes(-7),
            },
        ];

        Assert.Equal(Now.AddMinutes(-1), subject.RecoveredAt);
    }

    [Fact]
    public void A_healthy_node_of_an_abandoned_repair_is_released()
    {
        RepairJudge judge = new(Policy(""));

        Assert.True(judge.Judge(Subject("other repair", "", 0), Now).IsToBeReleased);
        Assert.False(judge.Judge(Subject("own repair", "", 0), Now).IsToBeReleased);
        Assert.False(judge.Judge(Subject("other repair", "Flapping", 1), Now).IsToBeReleased);
        Assert.False(judge.Judge(Subject("other repair", "", 0) with { IsCandidate = false }, Now).IsToBeReleased);
    }

    [Theory]
    [InlineData("Cordon", "Cordon+")]
    [InlineData("Drain", "Drain+")]
    [InlineData("Restart", "Drain- Restart+")]
    [InlineData("Replace", "Drain- Replace+")]
    [InlineData("Replace,Restart", "Drain- Restart+ Replace+")]
    [InlineData("Replace,Drain,Restart,Drain", "Drain+ Restart+ Replace+")]
    [InlineData("Cordon,Replace", "Cordon+ Drain- Replace+")]
    public void A_policy_decides_the_repair_steps(string actions, string steps) =>
        Assert.Equal(
            steps,
            string.Join(
                ' ',
                new RepairPolicy { Actions = [.. actions.Split(',').Select(Enum.Parse<NodeRepairAction>)] }
                    .Steps()
                    .Select(static step => $"{step.Action}{(step.Waits ? '+' : '-')}")
            )
        );

    [Theory]
    [InlineData("pool", "blue", null, "blue")]
    [InlineData("karpenter.sh/nodepool", "blue", null, "blue")]
    [InlineData("team", "blue", "team", "blue")]
    [InlineData("pool", "blue", "team", "")]
    public void A_node_belongs_to_the_pool_of_its_labels(string label, string value, string? by, string pool)
    {
        RepairSubject subject = Subject("", "", 0);
        subject.Node.Metadata.Labels = new() { [label] = value };

        Assert.Equal(pool, new RepairJudge(new() { PoolLabel = by }).PoolOf(subject));
    }

    private static RepairPolicy Policy(string text) =>
        new()
        {
            Causes = text == "memory" ? ["Memory*"] : RepairPolicy.DefaultCauses,
            UnhealthyFor = text == "impatient" ? TimeSpan.Zero : TimeSpan.FromMinutes(5),
            IncludeControlPlane = text == "control-plane",
            IncludeCordoned = text == "cordoned",
        };

    private static RepairSubject Subject(string state, string cause, int? minutes)
    {
        Node node = new()
        {
            Metadata = new()
            {
                Name = "a",
                Uid = "1",
                CreationTimestamp = Now.AddDays(-1),
                Labels = [],
                Annotations = [],
            },
        };
        if (state == "control-plane")
            node.Metadata.Labels["node-role.kubernetes.io/control-plane"] = "";
        if (state == "deleting")
            node.Metadata.DeletionTimestamp = Now;
        if (state is "cordoned" or "own repair" or "other repair" or "living repair" or "maintenance")
            node.Spec.Unschedulable = true;
        string? run = state switch
        {
            "own repair" => "repair-1",
            "other repair" or "living repair" => "repair-2",
            "maintenance" => "20260301-1",
            _ => null,
        };
        if (run is not null)
            node.Metadata.Annotations[MaintenanceClaim.Key] = new MaintenanceClaim
            {
                Run = run,
                Namespace = "n",
                Holder = "ada@mac",
                IsBegun = true,
            }.ToJson();
        NodeFinding[] findings =
            cause.Length == 0
                ? []
                :
                [
                    new()
                    {
                        Node = "a",
                        Cause = cause,
                        Severity = NodeFindingSeverity.Critical,
                        Message = "It is broken.",
                        Since = minutes is { } since ? Now.AddMinutes(-since) : null,
                        ObservedAt = Now,
                    },
                ];
        return new(node, findings)
        {
            Run = "repair-1",
            ExpectedUid = state == "replaced" ? "2" : "",
            FailedUntil = state == "failed" ? DateTimeOffset.MaxValue : null,
            RepairedAt = state switch
            {
                "repaired" => Now.AddMinutes(-1),
                "repaired long ago" => Now.AddMinutes(-20),
                _ => null,
            },
            HeldBy = state == "living repair" ? "repair-2" : "",
        };
    }
}
