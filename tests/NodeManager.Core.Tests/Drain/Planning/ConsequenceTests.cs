using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Options;
using NodeManager.Drains.Planning;
using NodeManager.Drains.Reporting;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Tests.Drain.Planning;

/// <summary>A plan takes the state of its node into account, and lists what to confirm.</summary>
public sealed class ConsequenceTests : IDisposable
{
    private readonly DrainServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("True", "", false, "")]
    [InlineData(
        "Unknown",
        "Kubelet stopped posting node status.",
        true,
        "The kubelet does not report: Ready is Unknown since 2026-01-01 00:00:00Z."
    )]
    [InlineData(
        "False",
        "container runtime is down",
        true,
        "The kubelet reports that the node is not ready since 2026-01-01 00:00:00Z: container runtime is down."
    )]
    [InlineData("False", "container runtime network not ready: NetworkReady=false", false, "")]
    [InlineData(
        "False",
        "container runtime is down, container runtime network not ready: NetworkReady=false",
        true,
        "The kubelet reports that the node is not ready"
    )]
    public void Pods_end_where_the_kubelet_works(string ready, string message, bool isTrouble, string text)
    {
        Node node = Node("n1", ready, message).Read(KubernetesJson.Default.Node);

        string? trouble = KubeletRules.Trouble(node);

        Assert.Equal(isTrouble, trouble is not null);
        Assert.StartsWith(text, trouble ?? "", StringComparison.Ordinal);
        Assert.Equal(ready == "Unknown", KubeletRules.IsUnreachable(node));
    }

    [Fact]
    public void A_Lease_that_is_overdue_counts_before_the_condition_does() =>
        Assert.Equal(
            "The kubelet stopped reporting: its Lease has not been renewed since 2026-01-01 00:00:00Z.",
            KubeletRules.Trouble(Node("n1", "True", "").Read(KubernetesJson.Default.Node), UnhealthyPods.Now)
        );

    [Theory]
    [InlineData("Unknown", "", false, NodeDrainPlanStatus.WillNotFinish, "Kubelet")]
    [InlineData("False", "container runtime is down", false, NodeDrainPlanStatus.WillNotFinish, "Kubelet")]
    [InlineData("Unknown", "", true, NodeDrainPlanStatus.Drainable, "Kubelet")]
    [InlineData("True", "", false, NodeDrainPlanStatus.Drainable, "")]
    public async Task A_plan_of_a_node_whose_kubelet_cannot_end_pods_will_not_finish(
        string ready,
        string message,
        bool skips,
        string status,
        string kinds
    )
    {
        _server.Nodes.Put(Node("n1", ready, message));
        _server.Nodes.Put(Sample.Node("n2"));
        _server.Pods.Put(Sample.Pod("p1"));

        NodeDrainPlan plan = await PlanAsync("n1", new() { SkipWaitForDeleteTimeout = skips ? TimeSpan.FromMinutes(1) : null });

        Assert.Equal((status, kinds), (plan.Status, Kinds(plan)));
        Assert.Equal(kinds.Length > 0, plan.NodeCondition.Length > 0);
        if (status == NodeDrainPlanStatus.WillNotFinish)
            Assert.Contains("ForceStuck", plan.EstimateBasis, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_is_down_and_has_no_pods_to_end_can_be_drained()
    {
        _server.Nodes.Put(Node("n1", "Unknown", ""));

        NodeDrainPlan plan = await PlanAsync("n1", new());

        Assert.Equal((NodeDrainPlanStatus.Drainable, "", NodeStatus.Unknown), (plan.Status, Kinds(plan), plan.NodeStatus));
    }

    [Theory]
    [InlineData("control-plane", true)]
    [InlineData("master", true)]
    [InlineData("worker", false)]
    public async Task A_node_of_the_control_plane_is_named(string role, bool isControlPlane)
    {
        JsonObject node = Sample.Node("n1");
        node["metadata"]!["labels"] = new JsonObject { ["node-role.kubernetes.io/" + role] = "" };
        _server.Nodes.Put(node);
        _server.Nodes.Put(Sample.Node("n2"));

        NodeDrainPlan plan = await PlanAsync("n1", new());

        Assert.Equal((isControlPlane, isControlPlane ? "ControlPlane" : ""), (plan.IsControlPlane, Kinds(plan)));
        Assert.Equal(isControlPlane, plan.Warnings.Contains("The node belongs to the control plane: the cluster loses what runs there."));
    }

    [Fact]
    public async Task The_question_lists_all_consequences()
    {
        JsonObject node = Node("n1", "Unknown", "");
        node["metadata"]!["labels"] = new JsonObject { ["node-role.kubernetes.io/control-plane"] = "" };
        _server.Nodes.Put(node);
        JsonObject large = Sample.Pod("large");
        large["spec"]!["containers"] = JsonNode.Parse("""[{"name":"c","resources":{"requests":{"cpu":"6"}}}]""");
        large["spec"]!["volumes"] = JsonNode.Parse("""[{"name":"data","emptyDir":{}}]""");
        JsonObject bare = Sample.Pod("bare", app: "bare");
        bare["metadata"]!["ownerReferences"] = new JsonArray();
        _server.Pods.Put(large);
        _server.Pods.Put(bare);
        _server.Nodes.Put(Small("n2"));
        JsonObject budget = Sample.Budget("web", "web", 0);
        budget["status"]!["expectedPods"] = 2;
        _server.Budgets.Put(budget);

        NodeDrainPlan plan = await PlanAsync("n1", new() { DeleteEmptyDirData = true, DeleteUnmanagedPods = true });

        Assert.Equal("ControlPlane Kubelet NoPlacement Budget DataLoss Unmanaged", Kinds(plan));
        string[] lines = DrainQuestion.Of("Drain node n1?", plan).Split('\n');
        Assert.Equal(7, lines.Length);
        Assert.Equal("Drain node n1?", lines[0]);
        Assert.Equal("- Node n1 belongs to the control plane: the cluster loses what runs there.", lines[1]);
        Assert.Contains("- 1 pod fits on no other node: default/large.", lines);
        Assert.Contains("- 1 pod loses the data of emptyDir volumes: default/large.", lines);
        Assert.Contains("- 1 pod is not recreated by a controller: default/bare.", lines);
        Assert.Contains(lines, static line => line.StartsWith("- PDB default/web allows no eviction: ", StringComparison.Ordinal));
    }

    // A pod that starts on a node whose kubelet is dead is nothing that a PDB may wait for.
    [Theory]
    [InlineData("starting", false, BudgetOutlook.Slow, "")]
    [InlineData("starting", true, BudgetOutlook.Never, "not ready: the kubelet of its node n1 does not work")]
    [InlineData("terminating", true, BudgetOutlook.Never, "terminating: the kubelet of its node n1 does not work")]
    public void A_pod_on_a_node_that_is_down_does_not_become_ready(string state, bool isDown, string outlook, string reason)
    {
        HashSet<string> down = isDown ? ["n1"] : [];
        JsonObject budget = Sample.Budget("web", "web", 0);
        Pod[] pods =
        [
            UnhealthyPods.Make("ready").ReadPod(),
            UnhealthyPods.Make("ready", 2).ReadPod(),
            UnhealthyPods.Make(state, 3).ReadPod(),
        ];

        BudgetVerdict verdict = BudgetOutlookRules.Judge(budget.ReadBudget(), pods, null, 34, UnhealthyPods.Now, true, null, down);
        UnhealthyPod? unhealthy = PodHealth.Examine(pods[2], UnhealthyPods.Now, down);

        Assert.Equal(outlook, verdict.Outlook);
        Assert.Equal(!isDown, unhealthy!.Progressing);
        if (reason.Length > 0)
            Assert.Equal(reason, unhealthy.Reason);
    }

    // A real kubelet shows CrashLoopBackOff for a moment before each restart only.
    [Fact]
    public void A_container_that_ended_with_an_error_is_restarting()
    {
        JsonObject pod = UnhealthyPods.Make("starting");
        pod["status"]!["phase"] = "Running";
        pod["status"]!["containerStatuses"] = JsonNode.Parse(
            """[{"name":"c","ready":false,"state":{"terminated":{"exitCode":1,"reason":"Error","finishedAt":"2025-12-31T23:59:50Z"}}}]"""
        );

        Assert.StartsWith(
            "restarting: c: Error, exit code 1",
            PodHealth.Examine(pod.ReadPod(), UnhealthyPods.Now)!.Reason,
            StringComparison.Ordinal
        );
    }

    private static string Kinds(NodeDrainPlan plan) => string.Join(' ', plan.Consequences.Select(static one => one.Kind));

    private async Task<NodeDrainPlan> PlanAsync(string node, DrainOptions options)
    {
        using NodeManagerSession session = await _server.ConnectAsync();
        return Assert.Single(await DrainPlanner.PlanAsync(session, [node], options, default));
    }

    private static JsonObject Node(string name, string ready, string message)
    {
        JsonObject node = Sample.Node(name);
        node["status"]!["conditions"] = new JsonArray(
            new JsonObject
            {
                ["type"] = "Ready",
                ["status"] = ready,
                ["message"] = message,
                ["lastTransitionTime"] = "2026-01-01T00:00:00Z",
            }
        );
        return node;
    }

    private static JsonObject Small(string name)
    {
        JsonObject node = Sample.Node(name);
        node["status"]!["allocatable"]!["cpu"] = "2";
        return node;
    }
}
