using System.Globalization;
using NodeManager.Core.Progress;

namespace NodeManager.Providers.Alerts;

internal static class ChatText
{
    /// <summary>The maximum of node names per line.</summary>
    private const int NodesShown = 10;

    public static string Title(NodeAlert alert) =>
        $"{(alert.Status == NodeAlertStatus.Resolved ? "Resolved" : alert.Transition == NodeAlertTransition.Updated ? "Update" : alert.Severity)}: {alert.Cause} in {alert.Cluster}";

    public static IEnumerable<(string Name, string Value)> Facts(NodeAlert alert)
    {
        yield return ("Severity", alert.Severity);
        if (alert.Group.Length > 0)
            yield return (alert.GroupBy, alert.Group);
        if (alert.Nodes.Count > 0)
            yield return (alert.Nodes.Count == 1 ? "Node" : $"Nodes ({alert.Nodes.Count})", NameList.Of(alert.Nodes, NodesShown));
        yield return ("Since", Time(alert.StartsAt));
        if (alert.EndsAt is { } end)
            yield return ("Until", Time(end));
        if (alert.IsFlapping)
            yield return ("Flapping", "yes");
    }

    public static string Truncate(string text, int limit) => text.Length <= limit ? text : text[..(limit - 1)] + "…";

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
