namespace NodeManager.Core.Nodes.Commands;

/// <summary>What the status of a pod says of its command.</summary>
/// <param name="Status">See <see cref="NodeCommandStatus"/>.</param>
/// <param name="HasLog">True if its container ran.</param>
internal sealed record NodeCommandOutcome(
    string Status,
    int? ExitCode = null,
    DateTimeOffset? StartedAt = null,
    DateTimeOffset? EndedAt = null,
    string Message = "",
    bool HasLog = false
)
{
    /// <summary>The pod is gone, and its end with it.</summary>
    public static readonly NodeCommandOutcome Lost = new(
        NodeCommandStatus.Unknown,
        Message: "Its pod was deleted before its result was read."
    );

    /// <summary>True for a pod that may still run: a later request can read its result.</summary>
    public bool IsPodKept { get; init; }

    // Reasons of the kubelet and the container runtime for containers that a restart of the node took with it.
    private static readonly string[] Vanished = ["ContainerStatusUnknown", "Unknown"];

    // The runtime could not start the process: often nsenter is not in the image.
    private static readonly string[] Unstarted = ["StartError", "ContainerCannotRun"];

    // Trying again does not help. Images that cannot be pulled are tried until the limit for the start.
    private static readonly string[] Hopeless = ["InvalidImageName", "ErrImageNeverPull"];

    /// <summary>Null while the pod has not ended.</summary>
    public static NodeCommandOutcome? Of(Pod pod)
    {
        ContainerState? state = StateOf(pod);
        if (pod.Status.Phase is not ("Succeeded" or "Failed"))
            return state?.Waiting is { } waiting && Hopeless.Contains(waiting.Reason) ? NotStarted(Explain(pod)) : null;
        bool isOverdue = pod.Status.Reason == "DeadlineExceeded";
        if (state?.Terminated is not { } ended)
        {
            if (isOverdue)
                return new(NodeCommandStatus.TimedOut, StartedAt: state?.Running?.StartedAt, HasLog: state?.Running is not null);
            // Of a node that is gone: the control plane ends its pods, whatever runs there.
            return state?.Running is { } running
                ? new(NodeCommandStatus.Unknown, StartedAt: running.StartedAt, Message: Explain(pod), HasLog: true)
                : NotStarted(Explain(pod));
        }

        if (Unstarted.Contains(ended.Reason))
            return NotStarted($"{ended.Reason}: {ended.Message}");
        if (isOverdue)
            return new(NodeCommandStatus.TimedOut, ended.ExitCode, ended.StartedAt, ended.FinishedAt, HasLog: true);
        if (Vanished.Contains(ended.Reason))
            return new(
                NodeCommandStatus.Unknown,
                null,
                ended.StartedAt,
                Message: "The node restarted, or its container runtime lost the container.",
                HasLog: true
            );
        return new(
            ended.ExitCode == 0 ? NodeCommandStatus.Succeeded : NodeCommandStatus.Failed,
            ended.ExitCode,
            ended.StartedAt,
            ended.FinishedAt,
            ended.Reason is "Error" or "Completed" or null ? "" : $"{ended.Reason}.",
            true
        );
    }

    public static NodeCommandOutcome NotStarted(string why) => new(NodeCommandStatus.NotStarted, Message: why);

    public static bool HasStarted(Pod pod) => StateOf(pod) is { Running: not null } or { Terminated: not null };

    public static bool Runs(Pod pod) => StateOf(pod)?.Running is not null;

    /// <summary>True if the kubelet reports that it has not started the container yet.</summary>
    public static bool IsWaiting(Pod pod) => StateOf(pod)?.Waiting is not null;

    /// <summary>Why the command has not started or did not run, as the kubelet reports it.</summary>
    public static string Explain(Pod pod)
    {
        string reason = StateOf(pod)?.Waiting is { } waiting ? Join(waiting.Reason, waiting.Message) : "";
        if (reason.Length == 0)
            reason = Join(pod.Status.Reason, pod.Status.Message);
        return reason.Length > 0 ? reason : $"The kubelet has not reported a container; the pod is {pod.Status.Phase ?? "Pending"}.";
    }

    private static string Join(string? reason, string? message) =>
        string.Join(": ", new[] { reason, message }.Where(static part => part is { Length: > 0 }));

    private static ContainerState? StateOf(Pod pod) => pod.Status.ContainerStatuses?.FirstOrDefault()?.State;
}
