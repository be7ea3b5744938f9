using System.Globalization;
using NodeManager.Core.Progress;

namespace NodeManager.Monitoring.Alerts.Incidents;

/// <summary>
/// Alerts about a number of failing nodes. A node that is NotReady and then Unreachable has failed since the first of them, so both are one
/// cause (<see cref="NodeAlertCause.NodesFailing"/>).
/// </summary>
internal static class NodeThreshold
{
    /// <summary>The findings of a node, as a monitor with this minimum counts them.</summary>
    public static IReadOnlyCollection<NodeFinding> Count(IReadOnlyCollection<NodeFinding> findings, int minimum)
    {
        if (minimum <= 1 || findings.FirstOrDefault(IsFailure) is not { } failure)
            return findings;
        NodeFinding counted = new()
        {
            Session = failure.Session,
            Cluster = failure.Cluster,
            Node = failure.Node,
            NodeUid = failure.NodeUid,
            Zone = failure.Zone,
            Cause = NodeAlertCause.NodesFailing,
            Severity = failure.Severity,
            Message = failure.Message,
            Since = failure.Since,
            ObservedAt = failure.ObservedAt,
            Evidence = failure.Evidence,
        };
        return [counted, .. findings.Where(static finding => !IsFailure(finding))];
    }

    public static bool Applies(Incident incident) => incident.Key.Cause == NodeAlertCause.NodesFailing;

    /// <summary>When each group without an alert has the minimum; groups that are below it are absent.</summary>
    /// <param name="incidents">All incidents.</param>
    /// <param name="open">The firing alerts: further nodes of their groups join without waiting for others.</param>
    public static Dictionary<NodeGroup, DateTimeOffset> GatesOf(
        IEnumerable<Incident> incidents,
        IEnumerable<OpenAlert> open,
        AlertOptions options
    )
    {
        HashSet<NodeGroup> firing =
        [
            .. open.Where(static alert => alert.Cause == NodeAlertCause.NodesFailing).Select(static alert => alert.Group),
        ];
        Dictionary<NodeGroup, DateTimeOffset> due = [];
        foreach (var group in incidents.Where(static one => Applies(one) && one.Alert is null).GroupBy(static one => one.Group))
        {
            if (firing.Contains(group.Key))
            {
                due.Add(group.Key, DateTimeOffset.MinValue);
                continue;
            }

            DateTimeOffset[] times = [.. group.Select(one => one.Seen + options.Debounce).Order()];
            if (times.Length >= options.MinimumNodes)
                due.Add(group.Key, times[options.MinimumNodes - 1]);
        }

        return due;
    }

    /// <param name="due">When the incident alone is due.</param>
    /// <param name="gates">See <see cref="GatesOf"/>.</param>
    public static DateTimeOffset? DueOf(Incident incident, DateTimeOffset due, Dictionary<NodeGroup, DateTimeOffset> gates)
    {
        if (!Applies(incident))
            return due;
        if (!gates.TryGetValue(incident.Group, out DateTimeOffset gate))
            return null;
        return due > gate ? due : gate;
    }

    /// <summary>Ends an alert whose remaining nodes are fewer than the minimum. They count for the next one.</summary>
    /// <returns>The incidents that have ended, too.</returns>
    public static IReadOnlyList<Incident> Release(OpenAlert alert, AlertOptions options, DateTimeOffset now)
    {
        if (alert.Cause != NodeAlertCause.NodesFailing || alert.Members.Count == 0 || alert.Members.Count >= options.MinimumNodes)
            return [];
        Incident[] members = [.. alert.Members.Values];
        alert.Members.Clear();
        alert.Remaining = [.. members.Where(static one => one.GoneSince is null).Select(static one => one.Finding.Node)];
        alert.LastEnd = now;
        foreach (Incident member in members)
            member.Alert = null;
        return [.. members.Where(static one => one.GoneSince is not null)];
    }

    public static string Message(IReadOnlyCollection<string> names, string where) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{names.Count:N0} {(names.Count == 1 ? "node" : "nodes")} of {where} {(names.Count == 1 ? "is" : "are")} failing: {NameList.Of(names)}."
        );

    private static bool IsFailure(NodeFinding finding) => finding.Cause is NodeFindingCause.NotReady or NodeFindingCause.Unreachable;
}
