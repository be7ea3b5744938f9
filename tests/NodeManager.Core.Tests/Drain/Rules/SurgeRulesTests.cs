using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains.Decisions;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Tests.Drain.Rules;

public sealed class SurgeRulesTests
{
    // spec and status: JSON merged over a settled Deployment of that many replicas.
    [Theory]
    [InlineData(1, "{}", "{}", null)] // 25 % of one: one more, none less
    [InlineData(3, "{}", "{}", null)]
    [InlineData(4, "{}", "{}", "maxUnavailable 25% of 4")]
    [InlineData(4, """{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":0,"maxSurge":1}}}""", "{}", null)]
    [InlineData(2, """{"strategy":{"rollingUpdate":{"maxUnavailable":0,"maxSurge":0}}}""", "{}", "no maxSurge")]
    [InlineData(1, """{"strategy":{"type":"Recreate"}}""", "{}", "strategy Recreate")]
    [InlineData(1, """{"paused":true}""", "{}", "is paused")]
    [InlineData(2, "{}", """{"updatedReplicas":1}""", "in progress")]
    [InlineData(2, "{}", """{"replicas":3}""", "in progress")]
    [InlineData(2, "{}", """{"availableReplicas":1}""", "not all of its pods are available")]
    [InlineData(2, "{}", """{"observedGeneration":1}""", "in progress")]
    public void A_Deployment_surges_only_if_it_stays_within_its_PDB(int replicas, string spec, string status, string? refusal)
    {
        Deployment deployment = Settled(replicas, spec, status);

        string? judged = SurgeRules.Refusal(Sample.Pod("p").ReadPod(), deployment, _ => false);

        if (refusal is null)
            Assert.Null(judged);
        else
            Assert.Contains(refusal, judged, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"hostNetwork":true}""", "host ports")]
    [InlineData("""{"containers":[{"name":"c","ports":[{"containerPort":80,"hostPort":80}]}]}""", "host ports")]
    [InlineData("""{"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"single"}}]}""", "'single' cannot be used on two nodes")]
    [InlineData("""{"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"shared"}}]}""", null)]
    public void A_pod_that_cannot_run_next_to_its_replacement_is_not_surged(string spec, string? refusal)
    {
        JsonObject pod = Sample.Pod("p");
        foreach ((string key, JsonNode? value) in Sample.Parse(spec))
            pod["spec"]![key] = value!.DeepClone();

        string? judged = SurgeRules.Refusal(pod.ReadPod(), Settled(1, "{}", "{}"), claim => claim == "single");

        if (refusal is null)
            Assert.Null(judged);
        else
            Assert.Contains(refusal, judged, StringComparison.Ordinal);
    }

    [Fact]
    public void Pods_without_a_Deployment_or_with_an_operator_are_not_surged_with_the_reason()
    {
        JsonObject pod = Sample.Pod("p");
        pod["metadata"]!["ownerReferences"]![0]!["kind"] = "StatefulSet";
        Deployment managed = Settled(1, "{}", "{}");
        managed.Metadata.OwnerReferences =
        [
            new()
            {
                Kind = "Shop",
                Name = "main",
                Controller = true,
            },
        ];

        Assert.Contains(
            "no Deployment manages it, but StatefulSet 'web'",
            SurgeRules.Refusal(pod.ReadPod(), null, _ => false),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "managed by Shop 'main'",
            SurgeRules.Refusal(Sample.Pod("p").ReadPod(), managed, _ => false),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_rollout_fails_when_its_progress_deadline_is_exceeded()
    {
        const string failed =
            """{"updatedReplicas":1,"conditions":[{"type":"Progressing","status":"False","reason":"ProgressDeadlineExceeded","message":"timed out"}]}""";

        DeploymentRollout state = DeploymentRollout.Of(Settled(2, "{}", failed));

        Assert.True(state.HasFailed);
        Assert.Equal("1 of 2 pods updated, 2 of 2 available; ProgressDeadlineExceeded: timed out", state.Text);
        Assert.False(DeploymentRollout.Of(Settled(2, "{}", "{}")).HasFailed);
    }

    private static Deployment Settled(int replicas, string spec, string status)
    {
        JsonObject deployment = Sample.Deployment("web", replicas);
        foreach ((string key, JsonNode? value) in Sample.Parse(spec))
            deployment["spec"]![key] = value!.DeepClone();
        foreach ((string key, JsonNode? value) in Sample.Parse(status))
            deployment["status"]![key] = value!.DeepClone();
        return deployment.Read(KubernetesJson.Default.Deployment);
    }
}
