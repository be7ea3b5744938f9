using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Controllers.Deployments;

/// <summary>The Progressing condition of a Deployment. Pure.</summary>
internal static class DeploymentProgress
{
    public const string Paused = "DeploymentPaused";
    public const string RolledOut = "NewReplicaSetAvailable";

    /// <summary>After a rollout.</summary>
    public static (string Value, string Reason, string Message) Complete(string set) =>
        ("True", RolledOut, $"ReplicaSet \"{set}\" has successfully progressed.");

    /// <returns>Null keeps the condition.</returns>
    public static (string Value, string Reason, string Message)? Of(
        Deployment deployment,
        string set,
        string? reason,
        bool isComplete,
        bool isStable,
        bool isLate,
        bool isProgress
    )
    {
        if (deployment.Spec.Paused == true)
            return reason == "ProgressDeadlineExceeded" ? null : ("Unknown", Paused, "Deployment is paused");
        if (isComplete)
            return Complete(set);
        // A completed rollout stays complete until the template changes, even after scaling or the loss of a pod.
        if (reason == RolledOut && isStable)
            return null;
        // A pause does not count against the progress deadline.
        if (reason == Paused)
            return ("Unknown", "DeploymentResumed", "Deployment is resumed");
        if (isLate && !isProgress)
            return ("False", "ProgressDeadlineExceeded", $"ReplicaSet \"{set}\" has timed out progressing.");
        return isProgress || reason is null or RolledOut ? ("True", "ReplicaSetUpdated", $"ReplicaSet \"{set}\" is progressing.") : null;
    }
}
