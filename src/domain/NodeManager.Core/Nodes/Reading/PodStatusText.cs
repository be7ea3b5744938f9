using System.Globalization;

namespace NodeManager.Core.Nodes.Reading;

/// <summary>
/// The Status, Ready and Restarts columns of kubectl. Source:
/// https://kubernetes.io/docs/tasks/debug/debug-application/debug-init-containers/ and the API server's Tables.
/// </summary>
public readonly record struct PodStatusText(string Status, int ReadyContainers, int Containers, int Restarts)
{
    public static PodStatusText Of(Pod pod)
    {
        HashSet<string> sidecars = [.. (pod.Spec.InitContainers ?? []).Where(c => c.RestartPolicy == "Always").Select(c => c.Name)];
        List<ContainerStatus> before = pod.Status.InitContainerStatuses ?? [];
        List<ContainerStatus> containers = pod.Status.ContainerStatuses ?? [];
        bool initialized = HasCondition(pod, "Initialized");

        string? initializing = Initializing(pod, before, sidecars);
        bool runs = initializing is null || initialized;
        int readySidecars = before.Count(c => sidecars.Contains(c.Name) && c is { Started: true, Ready: true });
        return new(
            Terminating(pod) ?? (runs ? Running(pod, containers) ?? initializing : initializing) ?? Base(pod),
            readySidecars + (runs ? containers.Count(c => c is { Ready: true, State.Running: not null }) : 0),
            pod.Spec.Containers.Count + sidecars.Count,
            // Completed init containers do not count once the pod runs; sidecars continue.
            runs
                ? before.Where(c => sidecars.Contains(c.Name)).Concat(containers).Sum(c => c.RestartCount)
                : before.Sum(c => c.RestartCount)
        );
    }

    private static string? Terminating(Pod pod)
    {
        if (pod.Metadata.DeletionTimestamp is null)
            return null;
        if (pod.Status.Reason == "NodeLost")
            return "Unknown";
        return pod.Status.Phase is "Succeeded" or "Failed" ? null : "Terminating";
    }

    private static string Base(Pod pod) =>
        pod.Status.Conditions?.Exists(c => c is { Type: "PodScheduled", Reason: "SchedulingGated" }) == true ? "SchedulingGated"
        : pod.Status.Reason is { Length: > 0 } reason ? reason
        : pod.Status.Phase ?? "Unknown";

    /// <summary>The status of the first incomplete init container; null if all are complete.</summary>
    private static string? Initializing(Pod pod, List<ContainerStatus> statuses, HashSet<string> sidecars)
    {
        for (int i = 0; i < statuses.Count; i++)
        {
            ContainerStatus status = statuses[i];
            if (status.State?.Terminated is { ExitCode: 0 } || (sidecars.Contains(status.Name) && status.Started == true))
                continue;
            if (status.State?.Terminated is { } ended)
                return "Init:" + Ended(ended);
            if (status.State?.Waiting?.Reason is { Length: > 0 } waits and not "PodInitializing")
                return "Init:" + waits;
            return string.Create(CultureInfo.InvariantCulture, $"Init:{i}/{pod.Spec.InitContainers?.Count ?? statuses.Count}");
        }

        return null;
    }

    /// <summary>The status of the first failing container; null if none fails.</summary>
    private static string? Running(Pod pod, List<ContainerStatus> statuses)
    {
        string? reason = statuses.Select(Trouble).FirstOrDefault(t => t is not null);
        bool completed = (reason ?? Base(pod)) == "Completed";
        return completed && statuses.Exists(s => s is { Ready: true, State.Running: not null })
            ? HasCondition(pod, "Ready")
                ? "Running"
                : "NotReady"
            : reason;
    }

    private static string? Trouble(ContainerStatus status) =>
        status.State?.Waiting?.Reason is { Length: > 0 } waits ? waits
        : status.State?.Terminated is { } ended ? Ended(ended)
        : null;

    private static string Ended(ContainerStateTerminated ended) =>
        ended.Reason is { Length: > 0 } reason ? reason
        : ended.Signal is { } signal and not 0 ? string.Create(CultureInfo.InvariantCulture, $"Signal:{signal}")
        : string.Create(CultureInfo.InvariantCulture, $"ExitCode:{ended.ExitCode}");

    private static bool HasCondition(Pod pod, string type) => pod.Status.Conditions.IsTrue(type);
}
