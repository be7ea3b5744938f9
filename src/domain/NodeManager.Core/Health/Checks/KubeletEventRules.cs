using System.Globalization;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Scheduling;

namespace NodeManager.Core.Health.Checks;

/// <summary>
/// Problems that the kubelet reports only by events: evictions, and images that cannot be removed. Source: pkg/kubelet/events of
/// Kubernetes.
/// </summary>
public static class KubeletEventRules
{
    /// <summary>The reason in an evicted pod's status, and in the event about it.</summary>
    public const string Evicted = "Evicted";

    /// <summary>Event of the node: an eviction threshold was crossed.</summary>
    public const string ThresholdMet = "EvictionThresholdMet";

    /// <summary>Events of the node while the disk stays too full.</summary>
    public static readonly string[] ImageReasons = ["FreeDiskSpaceFailed", "ImageGCFailed"];

    private static readonly string[] Pressures =
    [
        NodeFindingCause.MemoryPressure,
        NodeFindingCause.DiskPressure,
        NodeFindingCause.PidPressure,
    ];

    public static IEnumerable<HealthSignal> Judge(HealthInput input) => [.. Evictions(input), .. Images(input)];

    private static IEnumerable<HealthSignal> Evictions(HealthInput input)
    {
        DateTimeOffset from = input.Now - input.Thresholds.EvictionWindow;
        SortedDictionary<string, NodeEvidence> pods = new(StringComparer.Ordinal);
        foreach (Pod pod in input.Pods.Where(static pod => pod.Status is { Phase: "Failed", Reason: Evicted }))
        {
            if (EndOf(pod) is { } end && end > from)
                pods[pod.Key()] = new()
                {
                    Kind = "Pod",
                    Name = pod.Key(),
                    Message = pod.Status.Message?.Trim() ?? Evicted,
                    At = end,
                };
        }

        // The pod may be deleted by now; the event about it remains.
        foreach (Event one in input.Events.Where(one => one is { Reason: Evicted, InvolvedObject.Kind: "Pod" } && one.LastAt() > from))
            pods.TryAdd($"{one.InvolvedObject.Namespace}/{one.InvolvedObject.Name}", one.Evidence());
        if (pods.Count == 0)
            yield break;

        NodeEvidence[] evidence =
        [
            .. pods.Values.OrderByDescending(static one => one.At).ThenBy(static one => one.Name, StringComparer.Ordinal),
        ];
        DateTimeOffset? latest = evidence[0].At;
        bool isOver =
            input.Node.Status.Conditions?.Exists(one =>
                Pressures.Contains(one.Type) && one.Status == "False" && one.LastTransitionTime > latest
            ) == true;
        yield return new(
            NodeFindingCause.Evictions,
            isOver ? NodeFindingSeverity.Information : NodeFindingSeverity.Warning,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The kubelet evicted {pods.Count:N0} {(pods.Count == 1 ? "pod" : "pods")} for lack of resources: {NameList.Of(pods.Keys)}."
            ),
            evidence.Min(static one => one.At),
            [
                .. evidence,
                .. input.Events.Where(one => one.Reason == ThresholdMet && one.LastAt() > from).Select(static one => one.Evidence()),
            ]
        );
    }

    private static IEnumerable<HealthSignal> Images(HealthInput input)
    {
        DateTimeOffset from = input.Now - input.Thresholds.ImageGarbageCollectionWindow;
        Event[] failed =
        [
            .. input
                .Events.Where(one => ImageReasons.Contains(one.Reason) && one.LastAt() > from)
                .OrderByDescending(static one => one.LastAt()),
        ];
        if (failed.Length == 0)
            yield break;
        yield return new(
            NodeFindingCause.ImageGarbageCollection,
            NodeFindingSeverity.Warning,
            "The kubelet cannot free enough disk space by removing unused images.",
            failed.Min(static one => one.FirstAt()),
            [.. failed.Select(static one => one.Evidence())]
        );
    }

    private static DateTimeOffset? EndOf(Pod pod) =>
        pod.Status.ContainerStatuses?.Max(static container => container.State?.Terminated?.FinishedAt)
        ?? pod.Status.Conditions.Find("DisruptionTarget")?.LastTransitionTime
        ?? pod.Status.StartTime
        ?? pod.Metadata.CreationTimestamp;
}
