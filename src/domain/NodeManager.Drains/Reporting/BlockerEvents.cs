using System.Globalization;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Drains.Progress;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Drains.Reporting;

/// <summary>Reads the last warnings about the pods that hold a drain up: those that are not ready, and those that do not end.</summary>
internal static class BlockerEvents
{
    private const int MostPods = 5;
    private const int MostEvents = 3;
    private const int LongestMessage = 300;

    /// <summary>Sets <see cref="NodeDrainBlocker.Events"/>; without the permission to list Events, there are none.</summary>
    public static async Task AddAsync(DrainScope scope, IReadOnlyList<NodeDrainBlocker> blockers, CancellationToken cancellationToken)
    {
        if (blockers.Any(static one => one.Kind == "Server"))
            return;
        (NodeDrainBlocker Blocker, HeldPod[] Pods)[] held =
        [
            .. blockers.Select(static one => (one, PodsOf(one))).Where(static one => one.Item2.Length > 0),
        ];
        HeldPod[] pods = [.. held.SelectMany(static one => one.Pods).Distinct().Take(MostPods)];
        try
        {
            ILookup<HeldPod, string> events = (await Task.WhenAll(pods.Select(pod => ReadAsync(scope, pod, cancellationToken))))
                .SelectMany(static one => one)
                .ToLookup(static one => one.Pod, static one => one.Text);
            foreach ((NodeDrainBlocker blocker, HeldPod[] own) in held)
                blocker.Events = new([.. own.SelectMany(pod => events[pod])]);
        }
        catch (Exception exception)
        {
            scope.Observer.Verbose($"The Events about pods that are not ready could not be read: {exception.Message}");
        }
    }

    private static HeldPod[] PodsOf(NodeDrainBlocker blocker) =>
        blocker.Kind == "Termination"
            ? [.. blocker.Pods.Select(static one => one.Split('/', 2)).Select(static parts => new HeldPod(parts[0], parts[1], true))]
            :
            [
                .. blocker
                    .UnhealthyPods.OrderBy(static one => one.Progressing)
                    .Select(static one => new HeldPod(one.Namespace, one.Name, one.Node.Length > 0)),
            ];

    private static async Task<IEnumerable<(HeldPod Pod, string Text)>> ReadAsync(
        DrainScope scope,
        HeldPod pod,
        CancellationToken cancellationToken
    )
    {
        ListOptions options = new()
        {
            Namespace = pod.Namespace,
            FieldSelector = FieldSelector.And(
                FieldSelector.Equal("involvedObject.kind", "Pod"),
                FieldSelector.Equal("involvedObject.name", pod.Name),
                FieldSelector.Equal("type", "Warning")
            ),
        };
        DateTimeOffset now = scope.Now;
        return (await scope.Client.ListAsync(Resources.Events, options, cancellationToken))
            // What kept a pod from a node before it was bound explains nothing any more.
            .Items.Where(one => !pod.IsBound || one.Reason != "FailedScheduling")
            .OrderByDescending(static one => one.LastAt())
            .Take(MostEvents)
            .Select(one => (pod, $"{pod.Name}: {Describe(one, now)}"));
    }

    // For example: Unhealthy (12 times, last 3s ago): Readiness probe failed: connection refused
    private static string Describe(Event happened, DateTimeOffset now)
    {
        string[] when =
        [
            .. happened.Count > 1 ? [string.Create(CultureInfo.InvariantCulture, $"{happened.Count} times")] : (string[])[],
            .. happened.LastAt() is { } last && last < now ? [$"last {HumanDuration.Format(now - last)} ago"] : (string[])[],
        ];
        string message = DisplayText.Truncate((happened.Message ?? "").Trim(), LongestMessage);
        return $"{happened.Reason}{(when.Length == 0 ? "" : $" ({string.Join(", ", when)})")}: {message}";
    }

    private readonly record struct HeldPod(string Namespace, string Name, bool IsBound);
}
