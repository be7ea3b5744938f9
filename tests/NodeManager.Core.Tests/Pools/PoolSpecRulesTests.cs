using System.Text.Json.Nodes;
using NodeManager.NodePools.Validation;

namespace NodeManager.Core.Tests.Pools;

public sealed class PoolSpecRulesTests
{
    private const string Gcp = """{"platform":{"type":"gcp","gcp":{"machineType":"n1-standard-4"}},"nodeCount":3}""";

    // What is set in a specification that is valid otherwise, where the finding is, and what it says. No finding: accepted.
    [Theory]
    [InlineData("platform.gcp.diskSize", "10", "", "")]
    [InlineData("platform.gcp.diskSize", "9", "Error", "must be 10 or more")]
    [InlineData("platform.gcp.diskSize", "10.5", "Error", "whole number")]
    [InlineData("platform.gcp.diskSize", "\"100\"", "Error", "must be a number")]
    [InlineData("platform.gcp.diskType", "\"pd-balanced\"", "", "")]
    [InlineData("platform.gcp.diskType", "\"gp3\"", "Error", "pd-standard, pd-ssd, pd-balanced")]
    [InlineData("platform.gcp.zones", """["us-central1-a","us-central1-b"]""", "", "")]
    [InlineData("platform.gcp.zones", """["us-central1-a","europe-west4-b"]""", "Error", "us-central1 and europe-west4")]
    [InlineData("platform.gcp.zones", """["us-central1-a","us-central1-a"]""", "Error", "given twice")]
    [InlineData("platform.gcp.zones", """["us-west-2a"]""", "Error", "is not a zone of gcp")]
    [InlineData("platform.gcp.zones", "\"us-central1-a\"", "Error", "must be a list")]
    [InlineData("platform.gcp.preemptible", "\"yes\"", "Error", "true or false")]
    [InlineData("platform.gcp.machinetype", "\"n1\"", "Warning", "case-sensitive")]
    [InlineData("platform.gcp.labels", """{"team":"shop"}""", "", "")]
    [InlineData("platform.gcp.labels", """{"team/of/one":"shop"}""", "Error", "qualified name")]
    [InlineData("platform.gcp.labels", """{"team":"-"}""", "Error", "valid label")]
    [InlineData("platform.gcp.labels", """{"team":1}""", "Error", "must be text")]
    [InlineData("platform.gcp.taints", """[{"key":"gpu","value":"yes","effect":"NoSchedule"}]""", "", "")]
    [InlineData("platform.gcp.taints", """[{"key":"gpu","effect":"noschedule"}]""", "Error", "NoSchedule, PreferNoSchedule, NoExecute")]
    [InlineData("platform.gcp.taints", """[{"effect":"NoSchedule"}]""", "Error", "is required")]
    [InlineData(
        "platform.gcp.taints",
        """[{"key":"gpu","effect":"NoSchedule"},{"key":"gpu","effect":"NoSchedule"}]""",
        "Error",
        "given twice"
    )]
    [InlineData("platform.gcp.accelerators", """[{"type":"nvidia-tesla-v100","count":1}]""", "", "")]
    [InlineData("platform.gcp.accelerators", """[{"type":"nvidia-tesla-v100","count":0}]""", "Error", "must be 1 or more")]
    [InlineData("platform.gcp.accelerators", """[{"count":1}]""", "Error", "is required")]
    [InlineData("platform.gcp.userData", "\"#!/bin/sh\"", "Warning", "is not a field")]
    [InlineData("platform.type", "\"openstack\"", "Error", "gcp, aws, azure")]
    [InlineData("platform.aws", "{}", "Warning", "has no effect")]
    [InlineData("nodeCount", "-1", "Error", "must be 0 or more")]
    [InlineData("nodeCount", "0", "", "")]
    [InlineData("autoscaling", """{"enabled":false,"minNodes":1,"maxNodes":2}""", "", "")]
    [InlineData("autoscaling", """{"enabled":true,"minNodes":1,"maxNodes":5}""", "Warning", "only where the pool starts")]
    [InlineData("autoscaling", """{"enabled":true,"minNodes":4,"maxNodes":5}""", "Error", "from minNodes (4) to maxNodes (5)")]
    [InlineData("autoscaling", """{"enabled":false,"minNodes":6,"maxNodes":5}""", "Error", "at most maxNodes")]
    [InlineData("autoscaling", """{"maxNodes":0}""", "Error", "must be 1 or more")]
    [InlineData("autoscaling", """{"targetCPUUtilization":101}""", "Error", "from 1 to 100")]
    [InlineData("autoscaling", """{"targetMemoryUtilization":0}""", "Error", "from 1 to 100")]
    [InlineData("autoscaling", """{"scaleDownDelay":"10m","scaleUpDelay":"1h30m"}""", "", "")]
    [InlineData("autoscaling", """{"scaleDownDelay":"10"}""", "Error", "is not a duration")]
    [InlineData("autoscaling", """{"scaleUpDelay":"-3m"}""", "Error", "is not a duration")]
    public void Each_field_value_is_accepted_or_reported(string path, string value, string severity, string message)
    {
        JsonObject spec = JsonNode.Parse(Gcp)!.AsObject();
        string[] steps = path.Split('.');
        JsonObject at = spec;
        foreach (string step in steps[..^1])
            at = at[step]!.AsObject();
        at[steps[^1]] = JsonNode.Parse(value);

        IReadOnlyList<NodePoolFinding> findings = PoolSpecRules.Check("web", spec);

        if (severity.Length == 0)
        {
            Assert.Empty(findings);
            return;
        }

        Assert.Contains(findings, finding => finding.Severity == severity && finding.Message.Contains(message, StringComparison.Ordinal));
        Assert.DoesNotContain(findings, finding => finding.Severity == "Error" && severity == "Warning");
    }

    [Theory]
    [InlineData("""{"platform":{"type":"aws","aws":{"volumeSize":7}},"nodeCount":1}""", "volumeSize")]
    [InlineData("""{"platform":{"type":"aws","aws":{"volumeType":"pd-ssd"}},"nodeCount":1}""", "volumeType")]
    [InlineData(
        """{"platform":{"type":"aws","aws":{"availabilityZones":["us-west-2a","us-east-1a"]}},"nodeCount":1}""",
        "availabilityZones"
    )]
    [InlineData("""{"platform":{"type":"azure","azure":{"osDiskSizeGB":29}},"nodeCount":1}""", "osDiskSizeGB")]
    [InlineData("""{"platform":{"type":"azure","azure":{"osDiskType":"gp3"}},"nodeCount":1}""", "osDiskType")]
    [InlineData("""{"platform":{"type":"azure","azure":{"availabilityZones":["westeurope-1"]}},"nodeCount":1}""", "availabilityZones[0]")]
    [InlineData("""{"nodeCount":1}""", "spec.platform")]
    [InlineData("""{"platform":{},"nodeCount":1}""", "spec.platform.type")]
    public void Each_platform_has_its_own_bounds(string spec, string field) =>
        Assert.Contains(
            PoolSpecRules.Check("web", JsonNode.Parse(spec)!.AsObject()),
            finding => finding.Severity == "Error" && finding.Field.EndsWith(field, StringComparison.Ordinal)
        );

    [Theory]
    [InlineData("""["us-west-2a","us-west-2b"]""")]
    [InlineData("""["us-west-2-lax-1a"]""")]
    [InlineData("""["us-gov-west-1a"]""")]
    public void AWS_zones_can_be_local_zones(string zones) =>
        Assert.Empty(
            PoolSpecRules.Check(
                "web",
                JsonNode.Parse($$$"""{"platform":{"type":"aws","aws":{"availabilityZones":{{{zones}}}}},"nodeCount":1}""")!.AsObject()
            )
        );

    [Theory]
    [InlineData("web-1", true)]
    [InlineData("-", true)]
    [InlineData("", false)]
    [InlineData("Web", false)]
    [InlineData("web.1", false)]
    [InlineData("a23456789012345678901234567890123456789012345678901234567890123", true)]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234", false)]
    public void Pool_names_follow_the_specification(string name, bool isValid) =>
        Assert.Equal(isValid, PoolSpecRules.CheckName(name) is null);
}
