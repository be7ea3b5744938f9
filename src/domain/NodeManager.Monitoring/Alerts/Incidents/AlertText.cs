using System.Globalization;
using NodeManager.Core.Progress;

namespace NodeManager.Monitoring.Alerts.Incidents;

/// <summary>The messages and labels of alerts.</summary>
internal static class AlertText
{
    public const string GroupLabel = "group";

    /// <summary>Larger is worse.</summary>
    public static int Rank(string severity) =>
        severity switch
        {
            NodeFindingSeverity.Critical => 2,
            NodeFindingSeverity.Warning => 1,
            _ => 0,
        };

    public static string Message(OpenAlert alert, IReadOnlyList<NodeFinding> findings, bool isOver)
    {
        string text =
            alert.IsGroup ? OfGroup(alert, findings, isOver)
            : findings is [{ Node.Length: > 0 } one, ..] ? $"Node {one.Node}: {one.Message}"
            : findings.Count > 0 ? findings[0].Message
            : alert.Cause;
        if (!isOver)
            return text;
        string remaining = alert.Remaining.Count > 0 ? $" Still failing: {NameList.Of(alert.Remaining)}." : "";
        return $"Resolved after {HumanDuration.Format(alert.LastEnd > alert.StartsAt ? alert.LastEnd - alert.StartsAt : TimeSpan.Zero)}. {text}{remaining}";
    }

    /// <summary>Label names valid in Prometheus. They identify one open alert, and are constant while it is open.</summary>
    public static StringMap Labels(string cluster, Incident first, bool isGroup)
    {
        string node = first.Finding.Node;
        bool isOwn = node.Length == 0;
        Dictionary<string, string> labels = new(StringComparer.Ordinal)
        {
            ["alertname"] =
                (
                    isOwn ? "NodeManager"
                    : NodeThreshold.Applies(first) ? ""
                    : "Node"
                ) + first.Key.Cause,
            ["cause"] = first.Key.Cause,
            ["cluster"] = cluster,
            ["severity"] = first.Finding.Severity == NodeFindingSeverity.Information ? "info" : first.Finding.Severity.ToLowerInvariant(),
        };
        if (isOwn)
        {
            if (first.Key.Uid.Length > 1)
                labels[first.Key.Cause == NodeAlertCause.MachinesNotAsPlanned ? "pool" : "sink"] = first.Key.Uid[1..];
        }
        else if (isGroup)
        {
            labels["group_by"] = first.Group.By;
            labels[GroupLabel] = first.Group.Value;
        }
        else
        {
            labels["node"] = node;
        }

        return new(labels);
    }

    private static string OfGroup(OpenAlert alert, IReadOnlyList<NodeFinding> findings, bool isOver)
    {
        IEnumerable<string> names = isOver ? alert.Affected.Values : findings.Select(static finding => finding.Node);
        int count = isOver ? alert.Affected.Count : findings.Count;
        string where =
            alert.Group.By == NodeAlertGroupBy.Cluster
                ? $"cluster {alert.Group.Value}"
                : $"{alert.Group.By.ToLowerInvariant()} {alert.Group.Value}";
        if (alert.Cause == NodeAlertCause.NodesFailing)
            return NodeThreshold.Message([.. names.Order(StringComparer.Ordinal)], where);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{alert.Cause} on {count:N0} {(count == 1 ? "node" : "nodes")} of {where}: {NameList.Of(names.Order(StringComparer.Ordinal))}."
        );
    }
}
