using System.Text.Json.Nodes;
using NodeManager.Core.Nodes;
using NodeManager.NodePools;
using NodeManager.NodePools.Documents;
using NodeManager.NodePools.Validation;

namespace NodeManager.Core.Tests.Pools;

/// <summary>What a change does to nodes, and how changes are read.</summary>
public sealed class PoolChangeRulesTests
{
    private const string Three = """{"platform":{"type":"gcp","gcp":{"machineType":"a","labels":{"team":"shop"}}},"nodeCount":3}""";

    [Theory]
    [InlineData("""{"nodeCount":5}""", NodePoolEffect.AddsNodes, 2, NodePoolEffect.AddsNodes, 2)]
    [InlineData("""{"nodeCount":1}""", NodePoolEffect.RemovesNodes, 2, NodePoolEffect.RemovesNodes, 2)]
    [InlineData("""{"platform":{"gcp":{"machineType":"b"}}}""", NodePoolEffect.RollsNodes, 3, NodePoolEffect.Unknown, null)]
    [InlineData("""{"platform":{"gcp":{"machineType":"b"}},"nodeCount":1}""", NodePoolEffect.RollsNodes, 1, NodePoolEffect.Unknown, null)]
    [InlineData("""{"platform":{"gcp":{"machineType":"b"}},"nodeCount":0}""", NodePoolEffect.RemovesNodes, 3, NodePoolEffect.Unknown, null)]
    [InlineData("""{"autoscaling":{"targetCPUUtilization":50}}""", NodePoolEffect.InPlace, 0, NodePoolEffect.Unknown, null)]
    [InlineData("""{"autoscaling":{"enabled":true,"minNodes":1,"maxNodes":9}}""", NodePoolEffect.InPlace, 0, NodePoolEffect.Unknown, null)]
    [InlineData("""{"management":{"autoRepair":true}}""", NodePoolEffect.InPlace, 0, NodePoolEffect.Unknown, null)]
    [InlineData("{}", NodePoolEffect.InPlace, null, NodePoolEffect.InPlace, null)]
    public void A_change_is_predicted_only_for_a_known_controller(
        string patch,
        string known,
        int? knownNodes,
        string foreign,
        int? foreignNodes
    )
    {
        (string Effect, int? Nodes) Judge(IPoolController? controller)
        {
            JsonObject before = Parse(Three),
                after = PoolMerge.Apply(before, Parse(patch));
            IReadOnlyList<NodePoolFieldPlan> fields = PoolChangeRules.Judge(
                ServicePoolFormat.Instance,
                controller,
                before,
                after,
                PoolMerge.Differences(before, after),
                3
            );
            string strongest = PoolChangeRules.Strongest(fields);
            return (strongest, fields.Where(one => one.Effect == strongest).Max(static one => one.Nodes));
        }

        Assert.Equal((known, knownNodes), Judge(new Rolling()));
        Assert.Equal((foreign, foreignNodes), Judge(null));
    }

    [Fact]
    public void A_change_is_written_under_the_names_of_the_platform()
    {
        PoolChange change = new()
        {
            MachineType = "x",
            DiskSizeGB = 50,
            Zones = ["1"],
            Spot = true,
            NodeCount = 2,
            Patch = Parse("""{"nodeCount":4,"release":null}"""),
        };

        JsonObject patch = ServicePoolFormat.Instance.PatchOf(change, Parse("""{"platform":{"type":"azure","azure":{}}}"""), "web");

        Assert.True(
            JsonNode.DeepEquals(
                Parse(
                    """{"platform":{"azure":{"vmSize":"x","osDiskSizeGB":50,"availabilityZones":["1"],"spotInstances":true}},"nodeCount":4,"release":null}"""
                ),
                patch
            )
        );
    }

    [Fact]
    public void A_label_that_is_null_is_removed_and_lists_are_replaced()
    {
        PoolChange change = new()
        {
            Labels = new Dictionary<string, string?> { ["team"] = null, ["env"] = "p" },
            Taints = [],
            Zones = [],
        };

        JsonObject after = PoolMerge.Apply(Parse(Three), ServicePoolFormat.Instance.PatchOf(change, Parse(Three), "web"));

        Assert.Equal("""{"env":"p"}""", after["platform"]!["gcp"]!["labels"]!.ToJsonString());
        Assert.False(after["platform"]!["gcp"]!.AsObject().ContainsKey("taints"));
    }

    [Theory]
    [InlineData("aws", true)]
    [InlineData("gcp", false)]
    [InlineData("other", true)]
    public void A_field_that_the_platform_does_not_have_is_refused(string type, bool isRefused)
    {
        PoolChange change = new() { Taints = [new() { Key = "a", Effect = "NoSchedule" }] };
        JsonObject spec = new() { ["platform"] = new JsonObject { ["type"] = type } };

        var error = Record.Exception(() => ServicePoolFormat.Instance.PatchOf(change, spec, "web")) as NodeManagerException;

        Assert.Equal(isRefused ? ErrorIds.NodePoolFieldUnsupported : null, error?.ErrorId);
    }

    [Theory]
    [InlineData("""{"name":"web","cluster_id":"c","spec":{"nodeCount":1}}""", "web", "c")]
    [InlineData("name: web\nspec: { nodeCount: 1 }", "web", null)]
    [InlineData("nodeCount: 1", null, null)]
    [InlineData("""{"nodeCount":1, /* who */ "platform":{}}""", null, null)]
    public void A_document_is_a_pool_or_its_specification(string text, string? name, string? cluster)
    {
        PoolDescription pool = PoolText.Read(text, "");

        Assert.Equal((name, cluster, "1"), (pool.Name, pool.ClusterId, pool.Spec["nodeCount"]!.ToJsonString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("x: 1")]
    [InlineData("""{"spec": { ... }}""")]
    [InlineData("""{"spec":1}""")]
    [InlineData("""{"nodeCount":1,"nodeCount":2}""")]
    [InlineData("nodeCount: 1\nnodeCount: 2")]
    public void Any_other_document_is_an_error(string text) =>
        Assert.Equal(ErrorIds.NodePoolInvalid, Assert.ThrowsAny<NodeManagerException>(() => PoolText.Read(text, "a.yaml")).ErrorId);

    [Fact]
    public void The_pool_id_decides_the_pool_of_a_node_before_known_labels()
    {
        static ClusterNode Node(string? id, params (string Key, string Value)[] labels) =>
            new()
            {
                Name = "a",
                Status = "Ready",
                Labels = new(labels.Select(static one => KeyValuePair.Create(one.Key, one.Value))),
                Annotations = new(id is null ? [] : [KeyValuePair.Create("sandbox.nodemanager/pool", id)]),
            };

        Assert.True(PoolLabels.IsOf(Node("1", ("nodepool", "old")), "1", "new"));
        Assert.False(PoolLabels.IsOf(Node("1", ("nodepool", "web")), "2", "web"));
        Assert.True(PoolLabels.IsOf(Node(null, ("cloud.google.com/gke-nodepool", "web"), ("pool", "x")), "2", "web"));
        Assert.False(PoolLabels.IsOf(Node(null), "2", ""));
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    private sealed class Rolling : IPoolController
    {
        public bool DrainsNodes => true;

        public int DesiredNodes(JsonObject spec) => (int)spec["nodeCount"]!;

        public string EffectOf(string field) =>
            field.StartsWith("spec.platform", StringComparison.Ordinal) ? NodePoolEffect.RollsNodes : NodePoolEffect.InPlace;

        public IEnumerable<ClusterNode> RemovalOrder(IReadOnlyList<ClusterNode> nodes) => nodes;
    }
}
