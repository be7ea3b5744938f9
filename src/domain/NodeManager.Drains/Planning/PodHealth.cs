using NodeManager.Scheduling;

namespace NodeManager.Drains.Planning;

/// <summary>Why a pod is not ready, and whether it is progressing. Source: the reasons of the kubelet and of the scheduler.</summary>
internal static class PodHealth
{
    /// <summary>
    /// A pod that is not ready after this time is not progressing. The default <c>progressDeadlineSeconds</c> of a Deployment.
    /// </summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    private const int ManyRestarts = 3;
    private const int LongestMessage = 200;

    // States that end by themselves; all other reasons report a failed attempt.
    private static readonly HashSet<string> Starting = ["ContainerCreating", "PodInitializing"];

    /// <summary>Null for a healthy pod, and for a completed pod, which does not count.</summary>
    /// <param name="down">Nodes whose kubelet cannot start or end pods; null if unknown.</param>
    public static UnhealthyPod? Examine(Pod pod, DateTimeOffset now, IReadOnlySet<string>? down = null)
    {
        bool isDown = pod.Spec.NodeName is { } on && down?.Contains(on) == true;
        if (isDown && !pod.IsFinished() && (pod.IsTerminating() || !pod.IsReady()))
            return Say(
                pod,
                $"{(pod.IsTerminating() ? "terminating" : "not ready")}: the kubelet of its node {pod.Spec.NodeName} does not work",
                false
            );
        if (pod.IsTerminating())
            return Unhealthy(pod, "terminating", pod.Metadata.DeletionTimestamp, now, "overdue");
        if (pod.IsFinished() || pod.IsReady())
            return null;
        if (pod.Status.Conditions.Find("PodScheduled") is { Status: "False" } unscheduled)
            return Say(pod, TextOf("not scheduled", unscheduled.Reason, unscheduled.Message), false);
        if (string.IsNullOrEmpty(pod.Spec.NodeName))
            return Unhealthy(pod, "not scheduled yet", pod.Metadata.CreationTimestamp, now);

        List<ContainerStatus> containers = [.. pod.Status.InitContainerStatuses ?? [], .. pod.Status.ContainerStatuses ?? []];
        if (containers.Find(c => c.State?.Waiting?.Reason is { Length: > 0 } reason && !Starting.Contains(reason)) is { } stuck)
            return Say(pod, TextOf(stuck.State!.Waiting!.Reason!, stuck.Name, stuck.State.Waiting.Message) + LastEnd(stuck), false);
        if (containers.Find(c => IsCrashing(c, now)) is { } crashing)
            return Say(pod, $"crashing: {crashing.Name}: {crashing.RestartCount} restarts, last {EndText(EndOf(crashing)!)}", false);
        if (containers.Find(c => c is { Ready: false, State.Terminated.ExitCode: not 0 } && !IsInit(pod, c)) is { } ended)
            return Unhealthy(
                pod,
                $"restarting: {ended.Name}: {EndText(ended.State!.Terminated!)}",
                ended.State!.Terminated!.FinishedAt,
                now
            );
        if (pod.Status.Phase == "Pending" || containers.Exists(c => c.State?.Waiting is not null))
            return Unhealthy(pod, "starting", pod.Status.StartTime ?? pod.Metadata.CreationTimestamp, now);
        Condition? ready = pod.Status.Conditions.Find("Ready");
        return Unhealthy(pod, TextOf("running, not ready", ready?.Reason, ready?.Message), ready?.LastTransitionTime, now);
    }

    private static bool IsInit(Pod pod, ContainerStatus container) => pod.Status.InitContainerStatuses?.Contains(container) == true;

    // Between two back-offs of a crash loop a container runs for a moment, or has just ended.
    private static bool IsCrashing(ContainerStatus container, DateTimeOffset now) =>
        !container.Ready
        && container.RestartCount >= ManyRestarts
        && EndOf(container) is { ExitCode: not 0, FinishedAt: { } ended }
        && now - ended < Timeout;

    private static ContainerStateTerminated? EndOf(ContainerStatus container) =>
        container.State?.Terminated ?? container.LastState?.Terminated;

    private static string LastEnd(ContainerStatus container) => container.LastState?.Terminated is { } end ? $"; last {EndText(end)}" : "";

    // The message is what the container wrote to its termination log; it may have many lines.
    private static string EndText(ContainerStateTerminated end)
    {
        string message = end.Message?.Trim().Split('\n', 2)[0].TrimEnd() ?? "";
        string text = $"{end.Reason ?? "ended"}, exit code {end.ExitCode}";
        return message.Length == 0 ? text : $"{text}: {DisplayText.Truncate(message, LongestMessage)}";
    }

    private static string TextOf(string what, string? which, string? message)
    {
        string[] details = [.. new[] { which, message }.Where(d => !string.IsNullOrWhiteSpace(d)).Select(d => d!.TrimEnd('.'))];
        return details.Length == 0 ? what : $"{what}: {string.Join(": ", details)}";
    }

    private static UnhealthyPod Unhealthy(Pod pod, string what, DateTimeOffset? since, DateTimeOffset now, string how = "")
    {
        TimeSpan lasts = now - since ?? TimeSpan.Zero;
        return lasts <= Timeout
            ? Say(pod, what, true)
            : Say(pod, $"{what}, {(how.Length > 0 ? how + " " : "")}for {HumanDuration.Format(lasts)}", false);
    }

    private static UnhealthyPod Say(Pod pod, string reason, bool progressing) =>
        new()
        {
            Namespace = pod.Metadata.Namespace ?? "",
            Name = pod.Metadata.Name,
            Node = pod.Spec.NodeName ?? "",
            Reason = reason,
            Progressing = progressing,
        };
}
