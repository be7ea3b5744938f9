using System.Globalization;
using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Core.Health.Checks;

/// <summary>Detects a node that changes between ready and not ready repeatedly.</summary>
internal static class FlapRules
{
    /// <summary>The kubelet and the node lifecycle controller both write this reason when a node becomes not ready.</summary>
    public const string Reason = "NodeNotReady";

    /// <param name="down">The current signal of a node that is not ready; else null.</param>
    /// <returns>One incident that replaces all changes; null for a node that does not flap.</returns>
    public static HealthSignal? Judge(HealthInput input, HealthSignal? down)
    {
        DateTimeOffset from = input.Now - input.Thresholds.FlapWindow;
        if (down?.Since is { } since && input.Now - since > input.Thresholds.FlapSettles)
            return null;
        List<DateTimeOffset> seen = [.. input.BecameNotReadyAt.Where(at => at > from).Order()];
        // Two components report the same change: the one with more reports counts.
        List<Event>? events = input
            .Events.Where(one => one.Reason == Reason && one.InvolvedObject.Kind == "Node" && one.LastAt() > from)
            .GroupBy(static one => one.Source?.Component ?? one.ReportingComponent ?? "")
            .Select(static group => group.ToList())
            .MaxBy(group => group.Sum(one => Within(one, from)));
        int count = Math.Max(seen.Count, events?.Sum(one => Within(one, from)) ?? 0);
        DateTimeOffset? latest = events?.Max(static one => one.LastAt());
        if (seen.Count > 0 && !(latest > seen[^1]))
            latest = seen[^1];
        if (count < input.Thresholds.Flaps || input.Now - latest > input.Thresholds.FlapQuiet)
            return null;

        DateTimeOffset? first = events?.Min(static one => one.FirstAt());
        if (seen.Count > 0 && !(first < seen[0]))
            first = seen[0];
        if (first < from)
            first = from;
        NodeEvidence evidence = new()
        {
            Kind = "Event",
            Name = Reason,
            At = first,
            Message = string.Create(
                CultureInfo.InvariantCulture,
                $"{count} times within {input.Thresholds.FlapWindow.TotalMinutes:0} minutes"
            ),
        };
        return new(
            NodeFindingCause.Flapping,
            down is null ? NodeFindingSeverity.Warning : NodeFindingSeverity.Critical,
            $"The node changes between Ready and not Ready repeatedly.{(down is null ? " It is Ready now." : $" Now: {down.Message}")}",
            first,
            [evidence, .. down?.Evidence ?? []]
        );
    }

    // For an event series longer than the window, the share of the window.
    private static int Within(Event one, DateTimeOffset from)
    {
        int count = Math.Max(one.Count ?? 1, 1);
        if (one.FirstAt() is not { } first || one.LastAt() is not { } last || first >= from)
            return count;
        return Math.Max(1, (int)(count * ((last - from) / (last - first))));
    }
}
