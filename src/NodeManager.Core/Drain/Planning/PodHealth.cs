using NodeManager.Core.Drain.Rules;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Planning;

/// <summary>Why a pod is not ready, and whether it is on its way. Pure. Source: the reasons of the kubelet and of the scheduler.</summary>
internal static class PodHealth
{
    // What a kubelet waits for by itself; all other reasons say that it tried and could not.
    private static readonly HashSet<string> Starting = ["ContainerCreating", "PodInitializing"];

    /// <summary>Null for a pod that counts as healthy, and for one that has ended, which nobody counts.</summary>
    public static UnhealthyPod? Examine(Pod pod)
    {
        if (pod.IsTerminating()) return Say(pod, "terminating", true);
        if (pod.IsFinished() || pod.IsReady()) return null;
        if (pod.Status.Conditions?.Find(c => c is { Type: "PodScheduled", Status: "False" }) is { } unscheduled)
            return Say(pod, Words("not scheduled", unscheduled.Reason, unscheduled.Message), false);
        if (string.IsNullOrEmpty(pod.Spec.NodeName)) return Say(pod, "not scheduled yet", true);

        List<ContainerStatus> containers = [.. pod.Status.InitContainerStatuses ?? [], .. pod.Status.ContainerStatuses ?? []];
        if (containers.Find(c => c.State?.Waiting?.Reason is { Length: > 0 } reason && !Starting.Contains(reason)) is { } stuck)
            return Say(pod, Words(stuck.State!.Waiting!.Reason!, stuck.Name, stuck.State.Waiting.Message), false);
        if (pod.Status.Phase == "Pending" || containers.Exists(c => c.State?.Waiting is not null)) return Say(pod, "starting", true);
        Condition? ready = pod.Status.Conditions?.Find(c => c.Type == "Ready");
        return Say(pod, Words("running, not ready", ready?.Reason, ready?.Message), true);
    }

    private static string Words(string what, string? which, string? message)
    {
        string[] details = [.. new[] { which, message }.Where(d => !string.IsNullOrWhiteSpace(d)).Select(d => d!.TrimEnd('.'))];
        return details.Length == 0 ? what : $"{what}: {string.Join(": ", details)}";
    }

    private static UnhealthyPod Say(Pod pod, string reason, bool progressing) => new()
    {
        Namespace = pod.Metadata.Namespace ?? "",
        Name = pod.Metadata.Name,
        Node = pod.Spec.NodeName ?? "",
        Reason = reason,
        Progressing = progressing,
    };
}
