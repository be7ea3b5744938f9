using System.Text.Json;
using NodeManager.Kubernetes.Models;
using NodeManager.Providers.ClusterApi;

namespace NodeManager.Providers.Tests.ClusterApi;

/// <summary>Which Machines a MachineHealthCheck repairs, in both versions of the API.</summary>
public sealed class HealthChecksTests
{
    private const string Named = "MachineHealthCheck clusters/workers";

    [Theory]
    // v1beta1 and v1beta2 differ in the checks and have the same selector.
    [InlineData("v1beta1", """{"matchLabels":{"pool":"a"}}""", "pool=a", Named)]
    [InlineData("v1beta2", """{"matchLabels":{"pool":"a"}}""", "pool=a", Named)]
    [InlineData("v1beta1", """{"matchLabels":{"pool":"a"}}""", "pool=b", "")]
    [InlineData("v1beta2", """{"matchLabels":{"pool":"a"}}""", "", "")]
    [InlineData("v1beta2", """{"matchLabels":{"pool":"a","tier":"x"}}""", "pool=a", "")]
    [InlineData("v1beta1", """{"matchExpressions":[{"key":"pool","operator":"In","values":["a","b"]}]}""", "pool=b", Named)]
    [InlineData("v1beta2", """{"matchExpressions":[{"key":"pool","operator":"NotIn","values":["a"]}]}""", "pool=a", "")]
    [InlineData("v1beta2", """{"matchExpressions":[{"key":"pool","operator":"Exists"}]}""", "pool=c", Named)]
    [InlineData("v1beta2", """{"matchExpressions":[{"key":"control","operator":"DoesNotExist"}]}""", "pool=c", Named)]
    // An empty selector selects all Machines of its cluster.
    [InlineData("v1beta1", "{}", "", Named)]
    [InlineData("v1beta2", "null", "pool=a", "")]
    public void The_selector_decides(string version, string selector, string labels, string expected) =>
        Assert.Equal(expected, new HealthChecks([Check(version, selector)]).RepairerOf(Machine(labels), "prod"));

    [Theory]
    [InlineData("v1beta1")]
    [InlineData("v1beta2")]
    public void A_paused_check_still_covers_its_Machines(string version)
    {
        MachineHealthCheck check = Check(version, "{}");
        check.Metadata.Annotations = new() { ["cluster.x-k8s.io/paused"] = "" };

        Assert.Equal($"{Named} (paused)", new HealthChecks([check]).RepairerOf(Machine("pool=a"), "prod"));
    }

    [Fact]
    public void A_Machine_that_is_not_to_be_remediated_is_covered_as_well()
    {
        ClusterMachine machine = Machine("pool=a");
        machine.Metadata.Annotations = new() { ["cluster.x-k8s.io/skip-remediation"] = "" };

        Assert.StartsWith(
            $"{Named} (the Machine has",
            new HealthChecks([Check("v1beta2", "{}")]).RepairerOf(machine, "prod"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_check_of_another_cluster_covers_nothing() =>
        Assert.Equal("", new HealthChecks([Check("v1beta2", "{}")]).RepairerOf(Machine("pool=a"), "test"));

    [Fact]
    public void Without_checks_nothing_is_covered() => Assert.Equal("", new HealthChecks([]).RepairerOf(Machine("pool=a"), "prod"));

    private static MachineHealthCheck Check(string version, string selector)
    {
        string checks =
            version == "v1beta1"
                ? """
                    "nodeStartupTimeout": "10m", "maxUnhealthy": "40%",
                    "unhealthyConditions": [{ "type": "Ready", "status": "Unknown", "timeout": "300s" }]
                    """
                : """
                    "checks": {
                      "nodeStartupTimeoutSeconds": 600,
                      "unhealthyNodeConditions": [{ "type": "Ready", "status": "Unknown", "timeoutSeconds": 300 }]
                    },
                    "remediation": { "triggerIf": { "unhealthyLessThanOrEqualTo": "40%" } }
                    """;
        string list = $$"""
            { "metadata": {}, "items": [{
              "apiVersion": "cluster.x-k8s.io/{{version}}", "kind": "MachineHealthCheck",
              "metadata": { "name": "workers", "namespace": "clusters" },
              "spec": { "clusterName": "prod", "selector": {{selector}}, {{checks}} }
            }] }
            """;
        return JsonSerializer.Deserialize(list, ClusterApiJson.Default.KubernetesListMachineHealthCheck)!.Items.Single();
    }

    private static ClusterMachine Machine(string labels) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = "m",
                Labels = labels
                    .Split(',', StringSplitOptions.RemoveEmptyEntries)
                    .Select(static one => one.Split('='))
                    .ToDictionary(static one => one[0], static one => one[1]),
            },
        };
}
