using NodeManager.Scheduling;

namespace NodeManager.Drains.Decisions;

public static class PodTraits
{
    public static string Uid(this Pod pod) => pod.Metadata.Uid ?? "";

    /// <summary>The <c>apps</c> DaemonSet that manages the pod; null if none does.</summary>
    public static OwnerReference? DaemonSetOwner(this Pod pod) =>
        pod.Controller() is { Kind: "DaemonSet" } owner && owner.ApiVersion.StartsWith("apps/", StringComparison.Ordinal) ? owner : null;

    public static bool IsOfJob(this Pod pod) =>
        pod.Controller() is { Kind: "Job" } owner && owner.ApiVersion.StartsWith("batch/", StringComparison.Ordinal);

    /// <summary>True if the pod's DaemonSet is gone or was recreated under its name. False if DaemonSets could not be read.</summary>
    public static bool IsDaemonSetOrphan(this Pod pod, RuleContext context) =>
        pod.DaemonSetOwner() is { } owner
        && context.DaemonSets is { } known
        && (!known.TryGetValue((pod.Metadata.Namespace ?? "", owner.Name), out string? uid) || uid != owner.Uid);

    /// <summary>How long the deletion is overdue; null if the pod is not terminating.</summary>
    /// <remarks>The server sets deletionTimestamp to the end of the grace period.</remarks>
    public static TimeSpan? Overdue(this Pod pod, DateTimeOffset now) => now - pod.Metadata.DeletionTimestamp;

    /// <summary>True if the pod may be bound to a cordoned node, so that an evicted one comes back.</summary>
    public static bool ToleratesCordon(this Pod pod) =>
        pod.Spec.Tolerations?.Exists(t =>
            t.Effect is null or "" or "NoSchedule"
            && (
                t.Key is null or ""
                    ? t.Operator == "Exists"
                    : t.Key == "node.kubernetes.io/unschedulable" && (t.Operator == "Exists" || string.IsNullOrEmpty(t.Value))
            )
        ) == true;
}
