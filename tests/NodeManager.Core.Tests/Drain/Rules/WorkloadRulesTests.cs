using System.Text.RegularExpressions;
using NodeManager.Core.Configuration;
using NodeManager.Drains.Decisions;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Tests.Drain.Rules;

public sealed class WorkloadRulesTests
{
    [Theory]
    [InlineData(null, 12, null, 3)]
    [InlineData(null, 15, null, 3)] // rounded down, as in a rolling update
    [InlineData(null, 2, null, 1)] // at least one
    [InlineData("50%", 12, null, 6)]
    [InlineData("0%", 12, null, 1)]
    [InlineData("100%", 12, null, 12)]
    [InlineData("5", 12, null, 5)]
    [InlineData("5", 12, "2", 2)] // the Deployment's own
    [InlineData("5", 12, "10", 5)]
    [InlineData(null, 12, "0", 1)]
    [InlineData(null, 12, "50%", 3)]
    public void The_smaller_limit_counts(string? allowed, int replicas, string? own, int limit) =>
        Assert.Equal(limit, WorkloadRules.Limit(allowed, replicas, own is null ? null : new(own)));

    [Theory]
    [InlineData("25%", true)]
    [InlineData("0%", true)]
    [InlineData("100%", true)]
    [InlineData("1", true)]
    [InlineData("Off", true)]
    [InlineData("off", true)]
    [InlineData("0", false)]
    [InlineData("-1", false)]
    [InlineData("101%", false)]
    [InlineData("2.5%", false)]
    [InlineData("%", false)]
    [InlineData("25 %", false)]
    [InlineData("many", false)]
    public void Values_are_counts_percentages_and_Off(string text, bool isValid) =>
        Assert.Equal(isValid, Regex.IsMatch(text, UnavailablePods.Pattern));

    [Theory]
    [InlineData("ReplicaSet", "web-5d8f7", "5d8f7", "ReplicaSet shop/web")]
    [InlineData("ReplicaSet", "web-5d8f7", null, "ReplicaSet shop/web-5d8f7")]
    [InlineData("ReplicaSet", "web", "5d8f7", "ReplicaSet shop/web")]
    [InlineData("StatefulSet", "db", null, "StatefulSet shop/db")]
    [InlineData("CloneSet", "web", null, "CloneSet shop/web")]
    [InlineData("Job", "import", null, null)]
    [InlineData("DaemonSet", "agent", null, null)]
    [InlineData("Node", "worker-1", null, null)]
    [InlineData(null, "", null, null)]
    public void Pods_of_a_workload_have_one_key(string? kind, string owner, string? hash, string? key)
    {
        Pod pod = new()
        {
            Metadata = new() { Name = "one", Namespace = "shop" },
        };
        if (kind is not null)
            pod.Metadata.OwnerReferences =
            [
                new()
                {
                    Kind = kind,
                    Name = owner,
                    Uid = "1",
                    Controller = true,
                },
            ];
        if (hash is not null)
            pod.Metadata.Labels = new() { ["pod-template-hash"] = hash };

        Assert.Equal(key, WorkloadRules.KeyOf(pod));
    }
}
