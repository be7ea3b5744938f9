using NodeManager.Core.Nodes.Reading;
using NodeManager.SchedulerControl.Revisions;
using NodeManager.Scheduling;

namespace NodeManager.SchedulerControl.Restarts;

/// <summary>The state of a rollout at one moment.</summary>
/// <param name="Deployment">Null: it was deleted.</param>
/// <param name="Pods">Its pods, old and new.</param>
/// <param name="Lease">The scheduler's Lease; null if it does not exist, cannot be read, or leader election is off.</param>
internal sealed record SchedulerRollout(DeploymentManifest? Deployment, IReadOnlyList<Pod> Pods, Lease? Lease);

/// <summary>The desired state of a restart.</summary>
/// <param name="RestartedAt">The annotation that marks the new pods.</param>
/// <param name="MustLead">True if one of the new pods has to hold the Lease.</param>
/// <param name="FormerHolder">The previous holder.</param>
internal sealed record RolloutGoal(string RestartedAt, long Generation, bool MustLead, string FormerHolder)
{
    /// <summary>As kubectl writes it.</summary>
    public const string Annotation = "kubectl.kubernetes.io/restartedAt";
}

/// <summary>Judges the progress of a rollout.</summary>
internal static class RolloutRules
{
    // States that a pod does not recover from by itself. An image pull may succeed later, but not within the wait of a restart.
    private static readonly HashSet<string> Hopeless =
    [
        "CrashLoopBackOff",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
    ];

    public static RolloutVerdict Judge(SchedulerRollout state, RolloutGoal goal)
    {
        if (state.Deployment is not { } deployment)
            return new(false, "the Deployment was deleted", 0, 0);
        var marked = Mark(deployment.Spec.Template.Metadata);
        return Judge(
            state,
            goal,
            deployment,
            [.. state.Pods.Where(pod => pod.Metadata.DeletionTimestamp is null && Mark(pod.Metadata) == marked)]
        ) with
        {
            IsTakenOver = marked != goal.RestartedAt,
            Revision = RunningRevision.Of(deployment.Spec.Template.Metadata),
        };
    }

    private static RolloutVerdict Judge(SchedulerRollout state, RolloutGoal goal, DeploymentManifest deployment, List<Pod> fresh)
    {
        var wanted = deployment.Spec.Replicas ?? 1;
        var ready = fresh.Count(static pod => pod.IsReady());
        if (fresh.Find(pod => Trouble(pod) is not null) is { } failed)
            return new(false, $"pod {failed.Metadata.Name} does not start: {Trouble(failed)}", ready, wanted, failed);
        var status = deployment.Status;
        if ((status.ObservedGeneration ?? 0) < Math.Max(goal.Generation, deployment.Metadata.Generation ?? 0))
            return new(null, "waiting for the Deployment's controller", ready, wanted);
        if (status.Conditions.Find("Progressing") is { Status: "False" } stuck)
            return new(
                false,
                stuck.Message ?? stuck.Reason ?? "the Deployment does not progress",
                ready,
                wanted,
                fresh.Find(static pod => !pod.IsReady())
            );
        if (status.Conditions.Find("ReplicaFailure") is { Status: "True" } refused)
            return new(false, $"its pods cannot be created: {refused.Message ?? refused.Reason}", ready, wanted);
        var isUpdated = status.UpdatedReplicas >= wanted && status.AvailableReplicas >= wanted && status.Replicas <= status.UpdatedReplicas;
        // The watch of the Deployment may be ahead of the watch of its pods.
        if (!isUpdated || ready < wanted)
            return new(
                null,
                $"{ready} of {wanted} new pods ready{Waiting(fresh)}",
                ready,
                wanted,
                fresh.Find(static pod => !pod.IsReady())
            );
        return goal.MustLead ? Lead(state, goal, deployment, fresh, ready, wanted) : new(true, "", ready, wanted);
    }

    /// <summary>True if a Lease's holder is this pod: kube-scheduler's identity is its hostname and a UUID.</summary>
    public static bool IsHolder(string holder, Pod pod)
    {
        var host = pod.Spec.HostNetwork == true ? pod.Spec.NodeName ?? "" : pod.Metadata.Name;
        return host.Length > 0 && (holder == host || holder.StartsWith(host + "_", StringComparison.Ordinal));
    }

    private static RolloutVerdict Lead(
        SchedulerRollout state,
        RolloutGoal goal,
        DeploymentManifest deployment,
        List<Pod> fresh,
        int ready,
        int wanted
    )
    {
        var holder = state.Lease?.Spec.HolderIdentity ?? "";
        // With host network the old and the new pod have one name; the UUID distinguishes them.
        var isNew =
            holder.Length > 0
            && fresh.Exists(pod => IsHolder(holder, pod))
            && (deployment.Spec.Template.Spec.HostNetwork != true || holder != goal.FormerHolder);
        return isNew
            ? new(true, "", ready, wanted, Leader: holder)
            : new(
                null,
                holder.Length > 0
                    ? $"all pods ready; waiting for one of them to lead, {holder} holds the Lease"
                    : "all pods ready; waiting for one of them to lead",
                ready,
                wanted,
                Leader: holder
            );
    }

    private static string? Mark(ObjectMeta metadata) => metadata.Annotations?.GetValueOrDefault(RolloutGoal.Annotation);

    private static string? Trouble(Pod pod)
    {
        foreach (var container in pod.Status.ContainerStatuses ?? [])
        {
            if (container.State?.Waiting is { Reason: { } reason } waiting && Hopeless.Contains(reason))
                return $"{reason}{(Last(container) is { } last ? $", {last}" : waiting.Message is { } message ? $", {message}" : "")}";
            if (container.RestartCount > 1 && !container.Ready && Last(container) is { } ended)
                return $"restarted {container.RestartCount} times, {ended}";
        }

        return pod.Status.Phase == "Failed" ? pod.Status.Message ?? pod.Status.Reason ?? "it failed" : null;
    }

    private static string? Last(ContainerStatus container) =>
        container.LastState?.Terminated is { } ended
            ? $"exit code {ended.ExitCode}{(ended.Message is { Length: > 0 } message ? $": {message.Trim()}" : "")}"
            : null;

    private static string Waiting(List<Pod> fresh) =>
        fresh.Find(static pod => !pod.IsReady()) is { } pod ? $"; {pod.Metadata.Name}: {PodStatusText.Of(pod).Status}" : "";
}
