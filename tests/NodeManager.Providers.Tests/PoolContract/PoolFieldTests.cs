using System.Text.Json.Nodes;
using NodeManager.NodePools.Documents;

namespace NodeManager.Providers.Tests.PoolContract;

/// <summary>Both documents of the service, field by field: what they have of a pool's specification is read into a property, and written as it was.</summary>
public sealed class PoolFieldTests
{
    private const string Gcp = "GCPNodePoolSpec",
        Aws = "AWSNodePoolSpec",
        Azure = "AzureNodePoolSpec",
        Scaling = "AutoscalingSpec",
        Pool = "NodePoolSpec";

    // Each field of a definition with a value, and where it is read.
    private static readonly (string Definition, string Field, string Json, Func<NodePoolSpec, object?> Read)[] Fields =
    [
        (Pool, "nodeCount", "7", static one => one.NodeCount),
        (Gcp, "machineType", "\"n1-standard-4\"", static one => one.Platform.MachineType),
        (Gcp, "diskSize", "100", static one => one.Platform.DiskSizeGB),
        (Gcp, "diskType", "\"pd-ssd\"", static one => one.Platform.DiskType),
        (Gcp, "zones", """["us-central1-a","us-central1-b"]""", static one => one.Platform.Zones),
        (Gcp, "preemptible", "true", static one => one.Platform.Spot),
        (
            Gcp,
            "accelerators",
            """[{"type":"nvidia-tesla-v100","count":2}]""",
            static one => new JsonArray([
                .. one.Platform.Accelerators.Select(static gpu => (JsonNode?)new JsonObject { ["type"] = gpu.Type, ["count"] = gpu.Count }),
            ])
        ),
        (
            Gcp,
            "labels",
            """{"team":"shop"}""",
            static one => new JsonObject(
                one.Platform.Labels.Select(static label => KeyValuePair.Create<string, JsonNode?>(label.Key, label.Value))
            )
        ),
        (
            Gcp,
            "taints",
            """[{"key":"gpu","value":"yes","effect":"NoSchedule"}]""",
            static one => new JsonArray([
                .. one.Platform.Taints.Select(static taint =>
                    (JsonNode?)
                        new JsonObject
                        {
                            ["key"] = taint.Key,
                            ["value"] = taint.Value,
                            ["effect"] = taint.Effect,
                        }
                ),
            ])
        ),
        (Aws, "instanceType", "\"m5.xlarge\"", static one => one.Platform.MachineType),
        (Aws, "volumeSize", "100", static one => one.Platform.DiskSizeGB),
        (Aws, "volumeType", "\"gp3\"", static one => one.Platform.DiskType),
        (Aws, "availabilityZones", """["us-west-2a"]""", static one => one.Platform.Zones),
        (Aws, "spotInstances", "true", static one => one.Platform.Spot),
        (Aws, "userData", "\"#!/bin/bash\"", static one => one.Platform.UserData),
        (Azure, "vmSize", "\"Standard_D4s_v3\"", static one => one.Platform.MachineType),
        (Azure, "osDiskSizeGB", "100", static one => one.Platform.DiskSizeGB),
        (Azure, "osDiskType", "\"Premium_LRS\"", static one => one.Platform.DiskType),
        (Azure, "availabilityZones", """["1","2"]""", static one => one.Platform.Zones),
        (Azure, "spotInstances", "false", static one => one.Platform.Spot),
        (Scaling, "enabled", "true", static one => one.Autoscaling!.Enabled),
        (Scaling, "minNodes", "1", static one => one.Autoscaling!.MinNodes),
        (Scaling, "maxNodes", "20", static one => one.Autoscaling!.MaxNodes),
        (Scaling, "targetCPUUtilization", "70", static one => one.Autoscaling!.TargetCpuUtilization),
        (Scaling, "targetMemoryUtilization", "80", static one => one.Autoscaling!.TargetMemoryUtilization),
        (Scaling, "scaleDownDelay", "\"10m\"", static one => $"{one.Autoscaling!.ScaleDownDelay!.Value.TotalMinutes}m"),
        (Scaling, "scaleUpDelay", "\"3m\"", static one => $"{one.Autoscaling!.ScaleUpDelay!.Value.TotalMinutes}m"),
    ];

    public static IEnumerable<object[]> All => Fields.Select(static one => new object[] { one.Definition, one.Field });

    [Fact]
    public void No_field_of_the_specification_is_missing()
    {
        foreach (string definition in (string[])[Pool, Gcp, Aws, Azure, Scaling])
        {
            string[] known = [.. Fields.Where(one => one.Definition == definition).Select(static one => one.Field)];
            Assert.Equal(FieldsOf(definition).Except(["platform", "autoscaling"]).Order(), known.Order());
        }

        Assert.Equal(["gcp", "aws", "azure", "type"], FieldsOf("NodePoolPlatformSpec").OrderBy(static one => one == "type"));
        Assert.Equal(["count", "type"], FieldsOf("AcceleratorSpec").Order());
        Assert.Equal(["effect", "key", "value"], FieldsOf("TaintSpec").Order());
    }

    [Fact]
    public void The_guide_has_no_field_that_the_specification_lacks()
    {
        HashSet<string> known = [.. Fields.Select(static one => one.Field), "platform", "autoscaling", "type", "gcp", "aws", "azure"];
        JsonArray blocks = JsonNode
            .Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "PoolContract", "Data", "guide-blocks.json")))!
            .AsArray();

        // Two hold an ellipsis, in place of a specification.
        string[] found =
        [
            .. blocks
                .Select(static one => one!["json"]!.GetValue<string>())
                .Where(static one => !one.Contains("{ ... }", StringComparison.Ordinal))
                .Select(static one => JsonNode.Parse(one)!["spec"])
                .OfType<JsonObject>()
                .SelectMany(static one => NamesIn(one))
                .Distinct(),
        ];

        Assert.Empty(found.Except(known));
        Assert.Contains("accelerators", found);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_field_is_read_and_written(string definition, string field)
    {
        (_, _, string json, Func<NodePoolSpec, object?> read) = Fields.Single(one => one.Definition == definition && one.Field == field);
        string platform =
            definition == Aws ? "aws"
            : definition == Azure ? "azure"
            : "gcp";
        JsonObject spec = new()
        {
            ["platform"] = new JsonObject { ["type"] = platform, [platform] = new JsonObject() },
        };
        JsonObject at = definition switch
        {
            Pool => spec,
            Scaling => (spec["autoscaling"] = new JsonObject()).AsObject(),
            _ => spec["platform"]![platform]!.AsObject(),
        };
        at[field] = JsonNode.Parse(json);

        NodePoolSpec found = PoolSpecReader.Read(spec);

        Assert.Equal(json, Json(read(found)));
        Assert.Empty(PoolSpecification.Schema.Validate(spec, new() { ["$ref"] = "#/definitions/NodePoolSpec" }));
        Assert.True(JsonNode.DeepEquals(spec, JsonNode.Parse(found.Json)));
        if (definition is Gcp or Aws or Azure)
            Assert.True(JsonNode.DeepEquals(spec["platform"], PoolSpecWriter.Write(found.Platform)));
    }

    private static string Json(object? value) =>
        value switch
        {
            JsonNode node => node.ToJsonString(),
            ItemList<string> texts => $"[{string.Join(',', texts.Select(static one => $"\"{one}\""))}]",
            string text => $"\"{text}\"",
            bool flag => flag ? "true" : "false",
            _ => $"{value}",
        };

    private static IEnumerable<string> FieldsOf(string definition) =>
        PoolSpecification.Definitions[definition]!["properties"]!.AsObject().Select(static one => one.Key);

    // Not the keys of labels, nor the fields of taints and accelerators.
    private static IEnumerable<string> NamesIn(JsonObject node) =>
        node.SelectMany(static one => one.Key != "labels" && one.Value is JsonObject inner ? NamesIn(inner).Prepend(one.Key) : [one.Key]);
}
