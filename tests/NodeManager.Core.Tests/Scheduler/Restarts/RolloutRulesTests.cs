using NodeManager.Kubernetes.Models;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Restarts;

namespace NodeManager.Core.Tests.Scheduler.Restarts;

/// <summary>When a rollout is complete, by its Deployment and by its pods, whose watches are not in step.</summary>
public sealed class RolloutRulesTests
{
    private const string Now = "2026-01-02T00:00:00Z";

    [Theory]
    // Generation observed, replicas updated, available and in total; new pods ready; complete.
    [InlineData(2, 2, 2, 2, 2, true)]
    // The Deployment is ahead of its pods, and the other way round.
    [InlineData(2, 2, 2, 2, 0, null)]
    [InlineData(2, 2, 2, 2, 1, null)]
    [InlineData(2, 2, 1, 2, 2, null)]
    [InlineData(1, 2, 2, 2, 2, null)]
    // A former pod is still there.
    [InlineData(2, 2, 2, 3, 2, null)]
    public void A_rollout_is_complete_if_the_Deployment_and_the_pods_agree(
        long observed,
        int updated,
        int available,
        int total,
        int ready,
        bool? outcome
    )
    {
        var deployment = new DeploymentManifest
        {
            Metadata = new() { Generation = 2 },
            Spec = new()
            {
                Replicas = 2,
                Template = new() { Metadata = Marked() },
            },
            Status = new()
            {
                ObservedGeneration = observed,
                UpdatedReplicas = updated,
                AvailableReplicas = available,
                Replicas = total,
            },
        };
        Pod[] pods =
        [
            .. Enumerable
                .Range(0, 2)
                .Select(i => new Pod
                {
                    Metadata = Marked(),
                    Status = new() { Conditions = [new() { Type = "Ready", Status = i < ready ? "True" : "False" }] },
                }),
        ];

        RolloutVerdict verdict = RolloutRules.Judge(new(deployment, pods, null), new(Now, 2, false, ""));

        Assert.Equal((outcome, ready, 2), (verdict.Outcome, verdict.Ready, verdict.Desired));
    }

    private static ObjectMeta Marked() =>
        new()
        {
            Name = "s",
            Annotations = new() { [RolloutGoal.Annotation] = Now },
        };
}
