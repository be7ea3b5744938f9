using System.Text.Json.Nodes;
using NodeManager.NodePools.Documents;

namespace NodeManager.Core.Tests.Pools;

public sealed class PoolDocumentTests
{
    [Fact]
    public void A_platform_is_unchanged_after_writing_and_reading()
    {
        var gcp = new NodePoolPlatform
        {
            Type = "gcp",
            MachineType = "n1-standard-4",
            DiskSizeGB = 100,
            DiskType = "pd-ssd",
            Zones = new(["us-central1-a"]),
            Spot = true,
            Accelerators = new([new() { Type = "nvidia-tesla-v100", Count = 2 }]),
            Labels = new([KeyValuePair.Create("team", "shop")]),
            Taints = new([
                new NodeTaint
                {
                    Key = "gpu",
                    Value = "yes",
                    Effect = "NoSchedule",
                },
            ]),
        };

        NodePoolPlatform read = PoolSpecReader.Read(new() { ["platform"] = PoolSpecWriter.Write(gcp) }).Platform;

        Assert.Equal(PoolSpecWriter.Write(gcp).ToJsonString(), PoolSpecWriter.Write(read).ToJsonString());
        Assert.Equal(("n1-standard-4", 100, true, 2), (read.MachineType, read.DiskSizeGB, read.Spot, read.Accelerators[0].Count));
    }

    [Theory]
    [InlineData("aws", "instanceType", "volumeSize", "volumeType", "availabilityZones", "spotInstances")]
    [InlineData("azure", "vmSize", "osDiskSizeGB", "osDiskType", "availabilityZones", "spotInstances")]
    [InlineData("gcp", "machineType", "diskSize", "diskType", "zones", "preemptible")]
    public void Each_platform_has_its_own_field_names(string type, params string[] names)
    {
        JsonObject written = PoolSpecWriter.Write(
            new NodePoolPlatform
            {
                Type = type,
                MachineType = "m",
                DiskSizeGB = 50,
                DiskType = "d",
                Zones = new(["1"]),
                Spot = false,
            }
        );

        Assert.Equal(names.Order(), written[type]!.AsObject().Select(static one => one.Key).Order());
    }

    [Fact]
    public void A_field_that_the_platform_lacks_is_refused()
    {
        var error = Assert.Throws<NodeManagerException>(() =>
            PoolSpecWriter.Write(new NodePoolPlatform { Type = "azure", Labels = new([KeyValuePair.Create("a", "b")]) })
        );

        Assert.Equal(ErrorIds.NodePoolFieldUnsupported, error.ErrorId);
    }

    [Fact]
    public void Values_of_wrong_types_are_ignored()
    {
        NodePoolSpec spec = PoolSpecReader.Read(
            JsonNode
                .Parse("""{"platform":[],"nodeCount":"3","autoscaling":{"enabled":"yes","minNodes":1.5,"scaleUpDelay":3}}""")!
                .AsObject()
        );

        Assert.Equal(("", null, false, null), (spec.Platform.Type, spec.NodeCount, spec.Autoscaling!.Enabled, spec.Autoscaling.MinNodes));
    }

    [Theory]
    [InlineData("""{"a":1,"unknown":{"x":1}}""", """{"a":2}""", """{"a":2,"unknown":{"x":1}}""")]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"b":null}}""", """{"a":{"c":2}}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[3]}""", """{"a":[3]}""")]
    [InlineData("""{"a":1}""", """{"a":{"b":{"c":null}}}""", """{"a":{"b":{}}}""")]
    public void A_patch_merges_according_to_RFC_7396(string target, string patch, string merged)
    {
        JsonObject before = JsonNode.Parse(target)!.AsObject();

        Assert.Equal(merged, PoolMerge.Apply(before, JsonNode.Parse(patch)!.AsObject()).ToJsonString());
        Assert.Equal(target, before.ToJsonString());
    }

    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{"a":1.0}""", true)]
    [InlineData("""{"a":[{"x":1,"y":2}]}""", """{"a":[{"x":1}]}""", true)]
    [InlineData("""{"a":[1,2]}""", """{"a":[1]}""", false)]
    [InlineData("""{"a":"1"}""", """{"a":1}""", false)]
    [InlineData("""{}""", """{"a":1}""", false)]
    [InlineData("""{}""", """{"a":null}""", true)]
    public void A_document_contains_the_desired_values_or_not(string actual, string wanted, bool isContained) =>
        Assert.Equal(isContained, PoolMerge.Contains(JsonNode.Parse(actual), JsonNode.Parse(wanted)));

    [Fact]
    public void Differences_have_paths()
    {
        IReadOnlyList<NodeFieldChange> changes = PoolMerge.Differences(
            JsonNode.Parse("""{"platform":{"type":"gcp","gcp":{"diskSize":100}},"nodeCount":3}""")!.AsObject(),
            JsonNode.Parse("""{"platform":{"type":"gcp","gcp":{"diskSize":100.0,"diskType":"pd-ssd"}}}""")!.AsObject()
        );

        Assert.Equal(
            ["spec.platform.gcp.diskType: (absent) -> pd-ssd", "spec.nodeCount: 3 -> (absent)"],
            changes.Select(static one => one.ToString())
        );
    }
}
