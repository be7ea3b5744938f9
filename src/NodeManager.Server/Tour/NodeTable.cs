using System.Globalization;

namespace NodeManager.Server.Tour;

internal static class NodeTable
{
    public static IReadOnlyList<string> Header { get; } = ["NAME", "STATUS", "ROLES", "ZONE", "AGE", "VERSION", "PODS", "CPU", "MEMORY"];

    public static IReadOnlyList<Cell> Row(ClusterNode node) =>
        [
            node.Name,
            Status(node),
            node.Roles.Count == 0 ? "-" : string.Join(",", node.Roles),
            node.Zone,
            HumanDuration.Format(node.Age),
            node.KubeletVersion,
            node.PodCount?.ToString(CultureInfo.InvariantCulture) ?? "",
            Percent(node.Usage?.CpuPercent),
            Percent(node.Usage?.MemoryPercent),
        ];

    private static Cell Status(ClusterNode node)
    {
        string text = node.Unschedulable ? node.Status + ",SchedulingDisabled" : node.Status;
        return new(
            text,
            node.Status != NodeStatus.Ready ? Ink.Red
                : node.Unschedulable ? Ink.Yellow
                : Ink.Green
        );
    }

    private static string Percent(decimal? percent) => percent is { } value ? value.ToString("0", CultureInfo.InvariantCulture) + " %" : "";
}
