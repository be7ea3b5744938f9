using System.Text.Json;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Tests;

public sealed class TolerationsTests
{
    [Theory]
    [InlineData("""{"key":"gpu","value":"yes","effect":"NoSchedule"}""", true)]
    [InlineData("""{"key":"gpu","operator":"Equal","value":"yes"}""", true)]
    [InlineData("""{"key":"gpu","operator":"Equal","value":"no"}""", false)]
    [InlineData("""{"key":"gpu"}""", false)]
    [InlineData("""{"key":"gpu","operator":"Exists"}""", true)]
    [InlineData("""{"key":"cpu","operator":"Exists"}""", false)]
    [InlineData("""{"operator":"Exists"}""", true)]
    [InlineData("""{"operator":"Exists","effect":"NoExecute"}""", false)]
    [InlineData("""{"key":"gpu","operator":"Gt","value":"1"}""", false)]
    public void A_toleration_matches_key_value_and_effect(string toleration, bool tolerates) =>
        Assert.Equal(
            tolerates,
            Read(toleration)
                .Tolerates(
                    new Taint
                    {
                        Key = "gpu",
                        Value = "yes",
                        Effect = "NoSchedule",
                    }
                )
        );

    [Theory]
    [InlineData("Gt", "899", true)]
    [InlineData("Gt", "900", false)]
    [InlineData("Lt", "901", true)]
    [InlineData("Lt", "900", false)]
    public void Numbers_are_compared_with_the_taint_s_value(string comparison, string bound, bool tolerates) =>
        Assert.Equal(
            tolerates,
            new Toleration
            {
                Key = "sla",
                Operator = comparison,
                Value = bound,
            }.Tolerates(
                new Taint
                {
                    Key = "sla",
                    Value = "900",
                    Effect = "NoSchedule",
                }
            )
        );

    [Fact]
    public void PreferNoSchedule_taints_exclude_no_pod()
    {
        Node node = Make.Node(
            "a",
            spec: """{"taints":[{"key":"slow","effect":"PreferNoSchedule"},{"key":"x","value":"1","effect":"NoExecute"}]}"""
        );
        Assert.Equal("x", Make.Pod().FirstUntolerated(node)?.Key);
        Assert.Null(Make.Pod("""{"tolerations":[{"key":"x","operator":"Exists"}]}""").FirstUntolerated(node));
    }

    private static Toleration Read(string json) => JsonSerializer.Deserialize(json, KubernetesJson.Default.Toleration)!;
}
