using System.Text.Json.Nodes;
using NodeManager.Autoscaling.NodePools;
using NodeManager.Autoscaling.Resources;
using NodeManager.NodePools;
using NodeManager.NodePools.Documents;

namespace NodeManager.Core.Tests.Pools;

/// <summary>How NodeSmithPools are read, checked and judged.</summary>
public sealed class ClusterPoolRulesTests
{
    [Theory]
    [InlineData("""{"providerRef":"sim"}""", null, null)]
    [InlineData("{}", "spec.providerRef", NodePoolFinding.Error)]
    [InlineData("""{"providerRef":"sim","platform":{"type":"gcp"}}""", "spec.platform", NodePoolFinding.Error)]
    [InlineData("""{"providerRef":"sim","autoscaling":{"enabled":true}}""", "spec.autoscaling", NodePoolFinding.Error)]
    [InlineData("""{"providerRef":"sim","limits":{"minNodes":2,"maxNodes":1}}""", "spec.limits", NodePoolFinding.Error)]
    [InlineData("""{"providerRef":"sim","limits":{"minNodes":2,"maxNodes":4},"nodeCount":5}""", "spec", NodePoolFinding.Error)]
    [InlineData("""{"providerRef":"sim","nodeCount":"3"}""", "spec.nodeCount", NodePoolFinding.Error)]
    [InlineData(
        """{"providerRef":"sim","machineTemplate":{"taints":[{"key":"a","effect":"Never"}]}}""",
        "spec.machineTemplate.taints",
        NodePoolFinding.Error
    )]
    [InlineData("""{"providerRef":"sim","machinetemplate":{}}""", "spec.machinetemplate", NodePoolFinding.Warning)]
    [InlineData("""{"providerRef":"sim","scaleDown":{"mode":"x"}}""", "spec.scaleDown.mode", NodePoolFinding.Warning)]
    public void A_specification_is_checked_by_the_rules_of_its_kind(string spec, string? field, string? severity)
    {
        IReadOnlyList<NodePoolFinding> findings = ClusterPoolFormat.Instance.Check("web", Parse(spec));

        if (field is null)
            Assert.Empty(findings);
        else
            Assert.Contains(findings, one => one.Field == field && one.Severity == severity);
    }

    [Theory]
    [InlineData("web", true)]
    [InlineData("Web", false)]
    [InlineData("", false)]
    [InlineData("a-name-that-is-much-too-long-for-what-claims-are-called", false)]
    public void The_length_of_a_pool_name_leaves_room_for_claim_names(string name, bool isValid) =>
        Assert.Equal(isValid, ClusterPoolFormat.Instance.Check(name, Parse("""{"providerRef":"sim"}""")).Count == 0);

    // Available, Progressing, Degraded; the observed generation; ready nodes, claims.
    [Theory]
    [InlineData("True Available", "False", "False", 1, 2, 2, NodePoolPhase.Ready, NodePoolHealth.Healthy)]
    [InlineData("True Available", "False", "False", 1, 1, 2, NodePoolPhase.Progressing, NodePoolHealth.Degraded)]
    [InlineData("True Available", "False", "False", 1, 0, 0, NodePoolPhase.Progressing, NodePoolHealth.Unhealthy)]
    [InlineData("True Available", "True", "False", 1, 2, 3, NodePoolPhase.Progressing, NodePoolHealth.Degraded)]
    [InlineData("True Available", "False", "True", 1, 2, 2, NodePoolPhase.Progressing, NodePoolHealth.Degraded)]
    [InlineData("True Available", "False", "False", 0, 2, 2, NodePoolPhase.Progressing, NodePoolHealth.Healthy)]
    [InlineData("False Invalid", "False", "False", 1, 2, 2, NodePoolPhase.Failed, NodePoolHealth.Unhealthy)]
    [InlineData("False NotManaged", "False", "False", 1, 0, 0, NodePoolPhase.Failed, NodePoolHealth.Unhealthy)]
    [InlineData("Unknown NotManaged", "False", "False", 1, 0, 0, NodePoolPhase.Progressing, NodePoolHealth.Unhealthy)]
    [InlineData("False ProviderNotFound", "False", "False", 1, 2, 2, NodePoolPhase.Failed, NodePoolHealth.Unhealthy)]
    [InlineData("False Unreachable", "False", "False", 1, 2, 2, NodePoolPhase.Progressing, NodePoolHealth.Degraded)]
    [InlineData("False Deleting", "True", "False", 1, 2, 2, NodePoolPhase.Progressing, NodePoolHealth.Degraded)]
    [InlineData("", "", "", 0, 0, 0, NodePoolPhase.Pending, NodePoolHealth.Unknown)]
    public void Phase_and_health_follow_from_the_autoscalers_conditions(
        string available,
        string progressing,
        string degraded,
        long observed,
        int ready,
        int claims,
        string phase,
        string health
    )
    {
        NodeSmithPool pool = new()
        {
            Metadata = new() { Name = "web", Generation = 1 },
            Spec = new()
            {
                ProviderRef = "sim",
                Limits = new() { MinNodes = 2 },
            },
        };
        pool.Status = new()
        {
            ObservedGeneration = observed,
            ReadyNodes = ready,
            Nodes = ready,
            Claims = claims,
        };
        if (available.Length > 0)
        {
            string[] said = available.Split(' ');
            pool.Status.Conditions =
            [
                Condition("Available", said[0], said[1]),
                Condition("Progressing", progressing, "Scaling"),
                Condition("Degraded", degraded, "ClaimFailed"),
            ];
        }

        IReadOnlyList<NodePoolControllerStatus> status = ClusterPoolStatus.Of(pool);

        Assert.Equal((phase, health), (NodePoolPhase.Of(1, [.. status]), NodePoolHealth.Of([.. status])));
    }

    [Fact]
    public void A_controller_replaces_only_its_own_conditions()
    {
        NodeSmithPoolStatus status = new()
        {
            Conditions =
            [
                Condition("Available", "True", "Available"),
                Condition("a.example/Old", "True", "X"),
                Condition("b.example/Ready", "True", "X"),
            ],
        };

        ClusterPoolStatus.Set(status, "a.example", [new() { Type = "Ready", Status = "False" }], 3, DateTimeOffset.UnixEpoch);

        Assert.Equal(["Available", "b.example/Ready", "a.example/Ready"], status.Conditions.Select(static one => one.Type));
        Assert.All(status.Conditions, static one => Assert.NotEqual("", one.Reason));
        Assert.NotEqual("", status.Conditions[2].Message);
    }

    [Theory]
    [InlineData("""{"a":1,"b":{"c":1,"d":2},"e":[1]}""", """{"a":1,"b":{"c":1},"e":[1,2]}""", """{"b":{"d":null},"e":[1,2]}""")]
    [InlineData("""{"a":1}""", """{"a":1.0}""", "{}")]
    [InlineData("""{"a":{"b":1}}""", """{"a":2}""", """{"a":2}""")]
    [InlineData("{}", """{"a":{"b":1}}""", """{"a":{"b":1}}""")]
    public void The_patch_between_two_specifications_is_minimal(string before, string after, string patch)
    {
        JsonObject made = PoolMerge.Between(Parse(before), Parse(after));

        Assert.Equal(patch, made.ToJsonString());
        Assert.True(JsonNode.DeepEquals(Parse(after), PoolMerge.Apply(Parse(before), made)) || made.Count == 0);
    }

    [Fact]
    public void A_change_is_written_under_the_names_of_the_kind()
    {
        PoolChange change = new()
        {
            NodeProvider = "pve",
            NodeCount = 2,
            CpuLimit = 10,
            MemoryLimit = 64L << 30,
            Shapes =
            [
                new()
                {
                    Name = "s",
                    CpuCores = 2,
                    Memory = 4L << 30,
                    Zone = "a",
                },
            ],
            StartupTaints = [],
            Scaling = new()
            {
                MinNodes = 1,
                MaxNodes = 3,
                ScaleDownDelay = TimeSpan.FromMinutes(5),
            },
            Extensions = new() { DrainTimeout = TimeSpan.FromMinutes(2) },
        };

        JsonObject patch = ClusterPoolFormat.Instance.PatchOf(change, [], "web");

        Assert.Equal(
            """{"providerRef":"pve","nodeCount":2,"limits":{"minNodes":1,"maxNodes":3,"cpuCores":10,"memoryMiB":65536},"scaleDown":{"stabilizationWindow":"5m"},"machineTemplate":{"startupTaints":null,"terminationGracePeriod":"2m","shapes":[{"name":"s","cpuCores":2,"memoryMiB":4096,"zone":"a"}]}}""",
            patch.ToJsonString()
        );
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    private static NodeSmithCondition Condition(string type, string status, string reason) =>
        new()
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = "Said.",
            ObservedGeneration = 1,
        };
}
