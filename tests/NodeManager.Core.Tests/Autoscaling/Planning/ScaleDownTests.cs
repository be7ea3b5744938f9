using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Nodes;
using NodeManager.Core.Tests.Support;
using NodeManager.Kubernetes.Models;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;
using Reason = NodeManager.AutoscalerReason;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

public sealed class ScaleDownTests
{
    [Fact]
    public void A_node_with_only_DaemonSet_pods_is_removed()
    {
        Pod agent = Waiting("agent").With(static pod => pod.Metadata.OwnerReferences![0].Kind = "DaemonSet").On("n1");

        ScalePlan plan = ScalePlanner.Plan(Running(Fours(), 2, agent, Waiting("web").On("n2")));

        Assert.Equal((AutoscalerDecision.Remove, Reason.Empty), Verdict(plan, "n1"));
        Assert.Equal((AutoscalerDecision.Keep, Reason.ConsolidationDisabled), Verdict(plan, "n2"));
        Assert.Equal((AutoscalerDecision.Remove, Reason.Empty), (plan.Pools[0].Decision, plan.Pools[0].Reason));
    }

    [Fact]
    public void MinNodes_is_kept()
    {
        NodeSmithPool pool = Fours();
        pool.Spec.Limits.MinNodes = 2;

        ScalePlan plan = ScalePlanner.Plan(Running(pool, 3));

        Assert.Equal(["n1"], Removed(plan));
        Assert.Equal((AutoscalerDecision.Keep, Reason.MinNodes), Verdict(plan, "n2"));
        pool.Spec.NodeCount = 3;
        Assert.Equal((AutoscalerDecision.Keep, Reason.NodeCount), Verdict(ScalePlanner.Plan(Running(pool, 3)), "n1"));
    }

    [Fact]
    public void A_node_without_a_claim_does_not_count_toward_minNodes()
    {
        NodeSmithPool pool = Fours();
        pool.Spec.Limits.MinNodes = 2;
        ScaleInput input = Running(pool, 2);

        ScalePlan plan = ScalePlanner.Plan(input with { Nodes = [.. input.Nodes, Node("by-hand")] });

        Assert.Empty(Removed(plan));
        Assert.Equal((AutoscalerDecision.Keep, Reason.MinNodes), Verdict(plan, "n1"));
    }

    [Fact]
    public void Removal_requires_an_unneeded_node_and_a_quiet_pool_for_the_whole_window()
    {
        NodeSmithPool pool = Fours();
        pool.Spec.ScaleDown = new() { StabilizationWindow = "5m" };
        ScaleInput input = Running(pool, 1);

        ScalePlan first = ScalePlanner.Plan(input);
        Assert.Equal((AutoscalerDecision.Wait, Reason.Stabilizing), Verdict(first, "n1"));
        Assert.Equal(
            (Now, Now.AddMinutes(5), Now.AddMinutes(5)),
            (first.Node("n1").UnneededSince, first.Node("n1").RemovableAt, first.NextChangeAt)
        );

        input = input with { Now = Now.AddMinutes(5), Memory = first.Memory };
        Assert.Equal(["n1"], Removed(ScalePlanner.Plan(input)));
        pool.Status = new() { LastScaleActivity = Now.AddMinutes(2) };
        ScalePlan active = ScalePlanner.Plan(input);
        Assert.Equal((AutoscalerDecision.Wait, Reason.RecentActivity), Verdict(active, "n1"));
        Assert.Equal(Now.AddMinutes(7), active.NextChangeAt);

        // A pod in between begins the window again.
        ScalePlan busy = ScalePlanner.Plan(input with { Pods = [Waiting("web").On("n1")] });
        Assert.Empty(busy.Memory.UnneededSince);
        Assert.Equal(
            Now.AddMinutes(6),
            ScalePlanner.Plan(input with { Now = Now.AddMinutes(6), Memory = busy.Memory }).Node("n1").UnneededSince
        );
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-3)]
    public void A_clock_that_is_set_neither_shortens_nor_prolongs_a_window(int hours)
    {
        NodeSmithPool pool = Fours();
        pool.Spec.ScaleDown = new() { StabilizationWindow = "5m" };
        ScaleInput input = Running(pool, 1);
        ScaleMemory shifted = ScalePlanner.Plan(input).Memory.Shift(TimeSpan.FromHours(hours));

        Assert.Equal(
            AutoscalerDecision.Wait,
            ScalePlanner.Plan(input with { Now = Now.AddHours(hours).AddMinutes(4), Memory = shifted }).Node("n1").Decision
        );
        Assert.Equal(
            AutoscalerDecision.Remove,
            ScalePlanner.Plan(input with { Now = Now.AddHours(hours).AddMinutes(5), Memory = shifted }).Node("n1").Decision
        );
    }

    [Fact]
    public void After_the_clock_was_set_back_a_window_is_waited_for_once()
    {
        NodeSmithPool pool = Fours();
        pool.Spec.ScaleDown = new() { StabilizationWindow = "5m" };
        // Written by a clock that was three hours ahead.
        pool.Status = new() { LastScaleActivity = Now.AddHours(3) };
        ScaleInput input = Running(pool, 1) with { Memory = new(new Dictionary<string, DateTimeOffset> { ["uid-n1"] = Now.AddHours(2) }) };

        ScalePlan first = ScalePlanner.Plan(input);
        Assert.Equal((AutoscalerDecision.Wait, Now.AddMinutes(5)), (first.Node("n1").Decision, first.NextChangeAt));
        ScalePlan second = ScalePlanner.Plan(input with { Now = Now.AddMinutes(4), Memory = first.Memory });
        Assert.Equal((AutoscalerDecision.Wait, Now.AddMinutes(5)), (second.Node("n1").Decision, second.NextChangeAt));
        Assert.Equal(["n1"], Removed(ScalePlanner.Plan(input with { Now = Now.AddMinutes(5), Memory = second.Memory })));
        // Another activity is waited for again.
        pool.Status.LastScaleActivity = Now.AddHours(4);
        Assert.Equal(
            (AutoscalerDecision.Wait, Reason.RecentActivity),
            Verdict(ScalePlanner.Plan(input with { Now = Now.AddMinutes(5), Memory = second.Memory }), "n1")
        );
    }

    [Fact]
    public void A_removal_is_confirmed_on_fresh_data_unless_a_pod_was_scheduled_to_the_node()
    {
        NodeSmithPool pool = Fours();
        pool.Spec.ScaleDown = new() { StabilizationWindow = "5m" };
        ScaleInput input = Running(pool, 2) with
        {
            Memory = new(new Dictionary<string, DateTimeOffset> { ["uid-n1"] = Now.AddHours(-1), ["uid-n2"] = Now.AddHours(-1) }),
        };
        NodeScalePlanNode removal = ScalePlanner.Plan(input).Node("n1");
        Assert.Equal(AutoscalerDecision.Remove, removal.Decision);
        pool.Status = new() { LastScaleActivity = Now };

        Assert.Equal(AutoscalerDecision.Remove, ScalePlanner.Confirm(input with { Memory = ScaleMemory.Empty }, removal)!.Decision);
        Assert.Equal(Reason.ConsolidationDisabled, ScalePlanner.Confirm(input with { Pods = [Waiting("web").On("n1")] }, removal)!.Reason);
        Node other = Node("n1");
        other.Metadata.Uid = "another";
        Assert.Null(ScalePlanner.Confirm(input with { Nodes = [other, input.Nodes[1]] }, removal));
    }

    public static TheoryData<string, string> Protected =>
        new()
        {
            { "node-disabled", Reason.DoNotDisrupt },
            { "node-undisturbed", Reason.DoNotDisrupt },
            { "pod-undisturbed", Reason.DoNotDisrupt },
            { "pod-undisturbed-for-now", Reason.DoNotDisrupt },
            { "unsafe", Reason.DoNotDisrupt },
            { "unmanaged", Reason.UnmanagedPod },
            { "local", Reason.LocalData },
            { "safe-local", Reason.Underutilized },
            { "undisturbed-before", Reason.Underutilized },
            { "budget", Reason.PodDisruptionBudget },
            { "two-budgets", Reason.PodDisruptionBudget },
            { "large", Reason.NotWorthwhile },
            { "none", Reason.Underutilized },
            { "full", Reason.Needed },
            { "no-claim", Reason.NoClaim },
            { "deleting", Reason.BeingRemoved },
            { "pool-deleted", Reason.PoolDeleted },
            { "in-use", Reason.DoNotDisrupt },
        };

    [Theory]
    [MemberData(nameof(Protected))]
    public void Each_node_has_one_reason(string kind, string reason)
    {
        NodeSmithPool pool = Consolidating("SingleNode");
        Pod pod = Waiting("web", kind == "large" ? "3" : "1").On("n1");
        ScaleInput input = Running(
            pool,
            2,
            pod,
            Waiting("other", kind == "full" ? "4" : "1").On("n2").With(static one => Annotate(one, "karpenter.sh/do-not-disrupt", "true"))
        );
        PodDisruptionBudget budget = Budget("web", allowed: 0);
        switch (kind)
        {
            case "node-disabled":
                Annotate(input.Nodes[0], "cluster-autoscaler.kubernetes.io/scale-down-disabled", "true");
                break;
            case "node-undisturbed":
                Annotate(input.Nodes[0], "karpenter.sh/do-not-disrupt", "true");
                break;
            case "pod-undisturbed":
                Annotate(pod, "karpenter.sh/do-not-disrupt", "true");
                break;
            case "pod-undisturbed-for-now":
                Annotate(pod, "karpenter.sh/do-not-disrupt", "2h");
                break;
            case "undisturbed-before":
                Annotate(pod, "karpenter.sh/do-not-disrupt", "30m");
                break;
            case "unsafe":
                Annotate(pod, "cluster-autoscaler.kubernetes.io/safe-to-evict", "false");
                break;
            case "unmanaged":
                pod.Metadata.OwnerReferences = null;
                break;
            case "local" or "safe-local":
                pod.Spec.Volumes = [new() { Name = "tmp", EmptyDir = new() }];
                break;
            case "budget":
                input = input with { Budgets = [budget] };
                break;
            case "two-budgets":
                input = input with { Budgets = [Budget("web", 1), Budget("web2", 1)] };
                break;
            case "no-claim":
                input = input with { Claims = [input.Claims[1]] };
                break;
            case "deleting":
                input.Claims[0].Metadata.DeletionTimestamp = Now;
                break;
            case "in-use":
                NodeLock held = new()
                {
                    Kind = NodeLockKind.Drain,
                    Holder = "a@b/1",
                    Operation = "1",
                };
                input = input with { Locks = new Dictionary<string, NodeLock> { [input.Nodes[0].Metadata.Uid!] = held } };
                break;
            case "pool-deleted":
                pool.Metadata.DeletionTimestamp = Now;
                break;
        }

        if (kind == "safe-local")
            Annotate(pod, "cluster-autoscaler.kubernetes.io/safe-to-evict", "true");
        NodeScalePlanNode verdict = ScalePlanner.Plan(input with { Pods = [Sample.Kept(pod), input.Pods[1]] }).Node("n1");

        Assert.Equal(reason, verdict.Reason);
        Assert.NotEqual("", verdict.Message);
        Assert.Equal(
            reason == Reason.Underutilized ? AutoscalerDecision.Remove
                : reason == Reason.PodDisruptionBudget ? AutoscalerDecision.Wait
                : AutoscalerDecision.Keep,
            verdict.Decision
        );
    }

    [Theory]
    [InlineData("SingleNode", 1)]
    [InlineData("MultiNode", 2)]
    public void Consolidation_moves_no_pod_to_a_node_being_removed(string mode, int removed)
    {
        ScalePlan plan = ScalePlanner.Plan(
            Running(Consolidating(mode), 3, Waiting("a").On("n1"), Waiting("b").On("n2"), Waiting("c").On("n3"))
        );

        Assert.Equal(removed, Removed(plan).Count);
        Assert.Contains(plan.Nodes, static node => node.Reason == Reason.Needed);
    }

    [Fact]
    public void Evictions_from_several_nodes_share_the_allowed_disruptions()
    {
        ScaleInput input = Running(Consolidating("MultiNode"), 3, Waiting("a").On("n1"), Waiting("b").On("n2"), Waiting("c").On("n3")) with
        {
            Budgets = [Budget("web", allowed: 1)],
        };

        ScalePlan plan = ScalePlanner.Plan(input);

        Assert.Single(Removed(plan));
        Assert.Contains(plan.Nodes, static node => node is { Decision: AutoscalerDecision.Wait, Reason: Reason.PodDisruptionBudget });
    }

    [Theory]
    [InlineData("1", null, null, null, 1)]
    [InlineData("30%", null, null, null, 2)]
    [InlineData("0", "Underutilized", null, null, 4)]
    [InlineData("0", "Empty", null, null, 0)]
    [InlineData("0", null, "0 9 * * 1-5", "8h", 0)]
    [InlineData("0", null, "0 9 * * 1-5", "2h", 4)]
    [InlineData("0", null, "0 13 * * *", "8h", 4)]
    public void Disruption_limits_of_the_pool_apply_by_reason_and_schedule(
        string nodes,
        string? forReason,
        string? schedule,
        string? duration,
        int removed
    )
    {
        NodeSmithPool pool = Fours();
        pool.Spec.ScaleDown = new()
        {
            Budgets =
            [
                new()
                {
                    Nodes = nodes,
                    Reasons = forReason is null ? null : [forReason],
                    Schedule = schedule,
                    Duration = duration,
                },
            ],
        };

        ScalePlan plan = ScalePlanner.Plan(Running(pool, 4));

        Assert.Equal(removed, Removed(plan).Count);
        Assert.Equal(
            4 - removed,
            plan.Nodes.Count(static node => node is { Decision: AutoscalerDecision.Wait, Reason: Reason.DisruptionBudget })
        );
    }

    [Fact]
    public void Nodes_being_removed_count_in_the_disruption_limits_of_the_pool()
    {
        NodeSmithPool pool = Fours();
        pool.Spec.ScaleDown = new() { Budgets = [new() { Nodes = "1" }] };
        ScaleInput input = Running(pool, 3);
        input.Claims[0].Metadata.DeletionTimestamp = Now;

        Assert.Empty(Removed(ScalePlanner.Plan(input)));
    }

    /// <summary>Deleted before the node registered, or the node is gone and the provider cannot be reached: that may last.</summary>
    [Fact]
    public void A_claim_that_leaves_without_a_node_stops_no_plan()
    {
        NodeSmithClaim leaving = Claim("never-there", isReady: false);
        leaving.Metadata.DeletionTimestamp = Now;
        ScaleInput input = Running(Fours(), 1, Waiting("web", "4").On("n1"), Waiting("more", "4"));

        ScalePlan plan = ScalePlanner.Plan(input with { Claims = [.. input.Claims, leaving] });

        NodeScalePlanNode verdict = Assert.Single(plan.Nodes, static node => node.Claim == "claim-never-there");
        Assert.Equal((AutoscalerDecision.Keep, Reason.BeingRemoved, ""), (verdict.Decision, verdict.Reason, verdict.Node));
        Assert.Equal("more", Assert.Single(plan.Pods, static pod => pod.Decision == AutoscalerDecision.Create).Name);
    }

    [Fact]
    public void A_node_that_fits_a_pending_pod_is_kept()
    {
        ScalePlan plan = ScalePlanner.Plan(Running(Fours(), 1, Waiting("web")));

        Assert.Equal((AutoscalerDecision.Keep, Reason.PendingPods), Verdict(plan, "n1"));
    }

    [Fact]
    public void The_node_that_provides_the_headroom_is_kept()
    {
        NodeSmithPool pool = Fours();
        pool.Spec.Headroom = new() { CpuCores = 2 };

        ScalePlan plan = ScalePlanner.Plan(Running(pool, 2));

        Assert.Single(Removed(plan));
        Assert.Single(plan.Nodes, static node => node.Reason is Reason.Headroom or Reason.Needed);
    }

    [Fact]
    public void Nodes_outside_the_pool_are_not_changed()
    {
        ScaleInput input = Running(Fours(), 1) with { };
        ScalePlan plan = ScalePlanner.Plan(input with { Nodes = [.. input.Nodes, Node("by-hand"), Node("foreign", pool: null)] });

        Assert.Equal(Reason.NoClaim, plan.Node("by-hand").Reason);
        Assert.DoesNotContain(plan.Nodes, static node => node.Node == "foreign");
    }

    private static NodeSmithPool Consolidating(string mode)
    {
        NodeSmithPool pool = Fours();
        pool.Spec.ScaleDown = new() { Consolidation = new() { Mode = mode } };
        return pool;
    }

    private static PodDisruptionBudget Budget(string name, int allowed) =>
        new()
        {
            Metadata = new() { Name = name, Namespace = "shop" },
            Spec = new() { Selector = new() { MatchLabels = new() { ["app"] = "web" } } },
            Status = new()
            {
                DisruptionsAllowed = allowed,
                CurrentHealthy = 2,
                DesiredHealthy = 2 - allowed,
                ExpectedPods = 3,
            },
        };

    private static void Annotate(KubernetesObject one, string key, string value) => (one.Metadata.Annotations ??= [])[key] = value;

    private static (string, string) Verdict(ScalePlan plan, string node) => (plan.Node(node).Decision, plan.Node(node).Reason);

    private static List<string> Removed(ScalePlan plan) =>
        [.. plan.Nodes.Where(static node => node.Decision == AutoscalerDecision.Remove).Select(static node => node.Node).Order()];
}
