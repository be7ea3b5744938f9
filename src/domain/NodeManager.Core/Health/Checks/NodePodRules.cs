using System.Globalization;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Scheduling;

namespace NodeManager.Core.Health.Checks;

/// <summary>Problems of the pods on a node.</summary>
internal static class NodePodRules
{
    public static IEnumerable<HealthSignal> Judge(HealthInput input) => [.. Restarts(input), .. Limit(input)];

    /// <summary>True for a pod of kube-system, or of a system priority class.</summary>
    public static bool IsOfSystem(Pod pod) =>
        pod.Metadata.Namespace == "kube-system" || pod.Spec.PriorityClassName is "system-node-critical" or "system-cluster-critical";

    private static IEnumerable<HealthSignal> Restarts(HealthInput input)
    {
        List<(Pod Pod, NodeEvidence Evidence)> restarting =
        [
            .. input
                .Pods.Where(static pod => IsOfSystem(pod) && !pod.IsFinished() && pod.Metadata.DeletionTimestamp is null)
                .Select(pod => (Pod: pod, Evidence: Restarting(input, pod)))
                .Where(static one => one.Evidence is not null)
                .Select(static one => (one.Pod, one.Evidence!))
                .OrderBy(static one => one.Pod.Key(), StringComparer.Ordinal),
        ];
        if (restarting.Count == 0)
            yield break;
        yield return new(
            NodeFindingCause.SystemPodsRestarting,
            NodeFindingSeverity.Warning,
            $"System pods restart repeatedly: {NameList.Of(restarting.Select(static one => one.Pod.Key()))}.",
            restarting.Min(static one =>
                one.Pod.Status.Conditions.Find("Ready") is { Status: "False" } ready ? ready.LastTransitionTime : null
            ),
            [.. restarting.Select(static one => one.Evidence)]
        );
    }

    private static NodeEvidence? Restarting(HealthInput input, Pod pod)
    {
        foreach (ContainerStatus container in pod.Status.ContainerStatuses ?? [])
        {
            DateTimeOffset? last = container.LastState?.Terminated?.FinishedAt;
            bool isWaiting = container.State?.Waiting?.Reason == "CrashLoopBackOff";
            if (container.RestartCount < input.Thresholds.Restarts || !(isWaiting || input.Now - last <= input.Thresholds.RestartWindow))
                continue;
            ContainerStateTerminated? ended = container.LastState?.Terminated;
            string how = ended is null
                ? ""
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $", last with exit code {ended.ExitCode}{(ended.Reason is { Length: > 0 } reason ? $" ({reason})" : "")}"
                );
            return new()
            {
                Kind = "Pod",
                Name = pod.Key(),
                At = last,
                Message = string.Create(
                    CultureInfo.InvariantCulture,
                    $"container {container.Name} restarted {container.RestartCount} times{how}"
                ),
            };
        }

        return null;
    }

    private static IEnumerable<HealthSignal> Limit(HealthInput input)
    {
        if (input.Node.Status.Allocatable?.TryGetValue("pods", out Quantity allowed) != true || allowed.Value <= 0)
            yield break;
        int running = input.Pods.Count(static pod => !pod.IsFinished());
        if (running * 100 < allowed.Value * input.Thresholds.PodPercent)
            yield break;
        string message = string.Create(CultureInfo.InvariantCulture, $"The node runs {running} of {allowed.Value:0} possible pods.");
        yield return new(
            NodeFindingCause.PodLimit,
            NodeFindingSeverity.Warning,
            message,
            null,
            [
                new()
                {
                    Kind = "Node",
                    Name = input.Node.Metadata.Name,
                    Message = string.Create(CultureInfo.InvariantCulture, $"{running} pods, {allowed.Value:0} allocatable"),
                },
            ]
        );
    }
}
