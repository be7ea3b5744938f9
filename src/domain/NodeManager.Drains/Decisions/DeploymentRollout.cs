namespace NodeManager.Drains.Decisions;

/// <summary>The state of a Deployment's rollout, judged as <c>kubectl rollout status</c> does.</summary>
/// <param name="HasFailed">True if the Deployment exceeded its progressDeadlineSeconds.</param>
internal sealed record DeploymentRollout(bool HasFailed, string Text)
{
    public static DeploymentRollout Of(Deployment deployment)
    {
        WorkloadStatus status = deployment.Status;
        Condition? failed = status.Conditions.Find("Progressing") is { Status: "False" } stuck ? stuck : null;
        int wanted = deployment.Spec.Replicas ?? 1;
        string why = failed is null ? "" : $"; {failed.Reason}: {failed.Message}";
        return new(
            failed is not null,
            $"{status.UpdatedReplicas} of {wanted} pods updated, {status.AvailableReplicas} of {status.Replicas} available{why}"
        );
    }
}
