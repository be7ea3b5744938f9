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
        (NodeDrainBlocker Blocker, string[] Pods)[] held =
        [
            .. blockers.Select(static one => (one, PodsOf(one))).Where(static one => one.Item2.Length > 0),
        ];
        string[] pods = [.. held.SelectMany(static one => one.Pods).Distinct(StringComparer.Ordinal).Take(MostPods)];
        try
        {
            ILookup<string, string> events = (await Task.WhenAll(pods.Select(pod => ReadAsync(scope, pod, cancellationToken))))
                .SelectMany(static one => one)
                .ToLookup(static one => one.Pod, static one => one.Text, StringComparer.Ordinal);
            foreach ((NodeDrainBlocker blocker, string[] own) in held)
                blocker.Events = new([.. own.SelectMany(pod => events[pod])]);
        }
        catch (Exception exception)
        {
            scope.Observer.Verbose($"The Events about pods that are not ready could not be read: {exception.Message}");
        }
    }

    private static string[] PodsOf(NodeDrainBlocker blocker) =>
        blocker.Kind == "Termination"
            ? [.. blocker.Pods]
            : [.. blocker.UnhealthyPods.OrderBy(static one => one.Progressing).Select(static one => $"{one.Namespace}/{one.Name}")];

    private static async Task<IEnumerable<(string Pod, string Text)>> ReadAsync(
        DrainScope scope,
        string pod,
        CancellationToken cancellationToken
    )
    {
        string[] parts = pod.Split('/', 2);
        ListOptions options = new()
        {
            Namespace = parts[0],
            FieldSelector = FieldSelector.And(
                FieldSelector.Equal("involvedObject.kind", "Pod"),
                FieldSelector.Equal("involvedObject.name", parts[1]),
                FieldSelector.Equal("type", "Warning")
            ),
        };
        DateTimeOffset now = scope.Now;
        return (await scope.Client.ListAsync(Resources.Events, options, cancellationToken))
            .Items.OrderByDescending(static one => one.LastAt())
            .Take(MostEvents)
            .Select(one => (pod, $"{parts[1]}: {Describe(one, now)}"));
    }

    // For example: Unhealthy (12 times, last 3s ago): Readiness probe failed: connection refused
    private static string Describe(Event happened, DateTimeOffset now)
    {
        string[] when =
        [
            .. happened.Count > 1 ? [string.Create(CultureInfo.InvariantCulture, $"{happened.Count} times")] : (string[])[],
            .. happened.LastAt() is { } last && last < now ? [$"last {HumanDuration.Format(now - last)} ago"] : (string[])[],
        ];
        string message = (happened.Message ?? "").Trim();
        if (message.Length > LongestMessage)
            message = message[..LongestMessage] + "…";
        return $"{happened.Reason}{(when.Length == 0 ? "" : $" ({string.Join(", ", when)})")}: {message}";
    }
}
