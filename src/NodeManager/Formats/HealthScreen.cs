using System.Globalization;
using NodeManager.Monitoring.Screens;

namespace NodeManager.Formats;

/// <summary>Draws a cluster's health and resources as text, side by side where the width allows.</summary>
internal static class HealthScreen
{
    /// <summary>The minimum width to draw the screens side by side.</summary>
    private const int SideBySide = 132;

    private const int Gap = 4;
    private const int MaximumNodes = 8;
    private const int MaximumFindings = 6;
    private const int MaximumAlerts = 5;

    private static readonly CellStyle Style = CellText.Style;

    /// <summary>Returns the lines with colors.</summary>
    /// <param name="width">At least 40 columns.</param>
    public static IReadOnlyList<string> Draw(ClusterScreen screen, int width, ShareLimits limits)
    {
        width = Math.Max(40, width);
        bool isWide = width >= SideBySide;
        int each = isWide ? (width - Gap) / 2 : Math.Min(width, 100);
        List<string> health = Health(screen, each),
            resources = Resources(screen, each, limits);
        if (!isWide)
            return [.. health.Append("").Concat(resources).Select(Show)];
        return
        [
            .. Enumerable
                .Range(0, Math.Max(health.Count, resources.Count))
                .Select(i =>
                    Show(Padded(health.ElementAtOrDefault(i) ?? "", each) + new string(' ', Gap) + (resources.ElementAtOrDefault(i) ?? ""))
                ),
        ];
    }

    private static List<string> Health(ClusterScreen screen, int width)
    {
        ClusterStatistic all = screen.Statistic;
        decimal share = all.Nodes == 0 ? 0 : 100m * all.Ready / all.Nodes;
        List<string> lines =
        [
            Title("Cluster Health", $"{all.Cluster}  {screen.At.ToLocalTime():HH:mm:ss}", width),
            $"{CellChart.Bar(share, 20)} {Format(all.Ready)} of {Format(all.Nodes)} ready"
                + (all.NotReady > 0 ? $", {Colored($"{Format(all.NotReady)} not ready", Style.Foreground.Red)}" : "")
                + (all.Cordoned > 0 ? $", {Colored($"{Format(all.Cordoned)} cordoned", Style.Foreground.Yellow)}" : ""),
        ];
        if (screen.Alerts is { } alerts)
            lines.AddRange(Alerts(alerts, screen.At, width));
        if (screen.Findings.Count == 0)
            lines.Add(Colored("No findings.", Style.Foreground.Green));
        int nameWidth = Math.Clamp(
            screen.Findings.Take(MaximumFindings).Select(static f => f.Node.Length).DefaultIfEmpty(0).Max(),
            4,
            width / 3
        );
        foreach (NodeFinding finding in screen.Findings.Take(MaximumFindings))
        {
            string age = finding.Duration is { } lasts ? HumanDuration.Format(lasts) : "";
            string text = $"{Truncate(finding.Node, nameWidth).PadRight(nameWidth)} {finding.Cause} {age}".TrimEnd();
            lines.Add($"{Colored(finding.Severity.PadRight(11), ColorOf(finding.Severity))} {Truncate(text, width - 12)}");
        }

        if (screen.Findings.Count > MaximumFindings)
            lines.Add($"... and {Format(screen.Findings.Count - MaximumFindings)} more: Test-NodeHealth");
        return lines;
    }

    private static IEnumerable<string> Alerts(IReadOnlyList<NodeAlert> alerts, DateTimeOffset now, int width)
    {
        yield return alerts.Count == 0
            ? Colored("No open alerts.", Style.Foreground.Green)
            : $"{Format(alerts.Count)} open {(alerts.Count == 1 ? "alert" : "alerts")}:";
        foreach (NodeAlert alert in alerts.Take(MaximumAlerts))
        {
            string about = alert.Nodes.Count switch
            {
                _ when alert.Group.Length > 0 => $"{alert.GroupBy} {alert.Group}",
                0 => alert.Cluster,
                1 => alert.Nodes[0],
                var number => $"{Format(number)} nodes",
            };
            string count = alert.Group.Length > 0 && alert.Nodes.Count > 1 ? $" ({Format(alert.Nodes.Count)} nodes)" : "";
            string text =
                $"{about} {alert.Cause}{count} {HumanDuration.Format(now > alert.StartsAt ? now - alert.StartsAt : TimeSpan.Zero)}{(alert.IsFlapping ? " flapping" : "")}";
            yield return $"{Colored(alert.Severity.PadRight(11), ColorOf(alert.Severity))} {Truncate(text, width - 12)}";
        }

        if (alerts.Count > MaximumAlerts)
            yield return $"... and {Format(alerts.Count - MaximumAlerts)} more: Get-NodeAlert";
        yield return "Findings:";
    }

    private static string ColorOf(string severity) =>
        severity switch
        {
            NodeFindingSeverity.Critical => Style.Foreground.Red,
            NodeFindingSeverity.Warning => Style.Foreground.Yellow,
            _ => Style.Foreground.BrightBlack,
        };

    private static List<string> Resources(ClusterScreen screen, int width, ShareLimits limits)
    {
        NodeUsage? used = screen.Statistic.Used;
        string age =
            used is null ? "usage unknown"
            : used.Age is { } old ? $"usage {HumanDuration.Format(old)} old{(used.IsStale ? ", stale" : "")}"
            : "";
        List<string> lines = [Title("Node Resources", age, width), $"{"", -8}{"requested", -21}{"used", -21}{"allocatable"}"];
        foreach (ResourceStatistic row in screen.Statistic.Resources.Where(static r => r.Name is "cpu" or "memory" or "pods"))
            lines.Add(
                $"{row.Name, -8}{Share(row.RequestedPercent, limits)}{Share(row.UsedPercent, limits)}{Amount(row.Name, row.Allocatable)}"
            );
        string fullest = screen.Nodes.Any(static n => n.Usage is not null) ? "most used" : "most requested";
        int nameWidth = Math.Clamp(
            screen.Nodes.Select(static n => n.Name.Length).DefaultIfEmpty(0).Max(),
            fullest.Length,
            Math.Max(fullest.Length, width - 44)
        );
        lines.Add($"{fullest.PadRight(nameWidth)}  {"cpu", -21}{"memory", -19}");
        foreach (
            ClusterNode node in screen
                .Nodes.OrderByDescending(static n => Fullness(n))
                .ThenBy(static n => n.Name, StringComparer.Ordinal)
                .Take(MaximumNodes)
        )
            lines.Add(
                $"{Truncate(node.Name, nameWidth).PadRight(nameWidth)}  {Share(node.Usage?.CpuPercent ?? node.CpuRequestedPercent, limits)}{Share(node.Usage?.MemoryPercent ?? node.MemoryRequestedPercent, limits).TrimEnd()}"
            );
        if (screen.Nodes.Count > MaximumNodes)
            lines.Add($"... and {Format(screen.Nodes.Count - MaximumNodes)} more: Get-NodeUsage");
        return lines;
    }

    private static decimal Fullness(ClusterNode node) =>
        Math.Max(node.Usage?.CpuPercent ?? node.CpuRequestedPercent ?? 0, node.Usage?.MemoryPercent ?? node.MemoryRequestedPercent ?? 0);

    // 21 columns. The mark repeats the meaning of the color.
    private static string Share(decimal? percent, ShareLimits limits)
    {
        if (percent is not { } share)
            return "-".PadRight(21);
        (string mark, string color) =
            share >= limits.Critical ? ("!!", Style.Foreground.Red)
            : share >= limits.Warning ? ("!", Style.Foreground.Yellow)
            : ("", "");
        string text = string.Create(CultureInfo.InvariantCulture, $"{CellChart.Bar(share, 12)} {share, 4:0}%{mark}").PadRight(21);
        return color.Length > 0 ? Colored(text, color) : text;
    }

    private static string Amount(string resource, decimal amount) =>
        resource switch
        {
            "memory" => ByteSize.Format((long)amount),
            "cpu" => string.Create(CultureInfo.InvariantCulture, $"{amount:0.##} cores"),
            _ => Format((long)amount),
        };

    private static string Title(string title, string right, int width)
    {
        string beside = Truncate(right, Math.Max(0, width - title.Length - 2));
        return $"{Style.Bold}{title}{Style.Reset}{new string(' ', width - title.Length - beside.Length)}{beside}";
    }

    private static string Colored(string text, string color) => $"{color}{text}{Style.Reset}";

    private static string Truncate(string text, int width) =>
        text.Length <= width ? text
        : width < 4 ? text[..Math.Max(0, width)]
        : text[..(width - 3)] + "...";

    private static string Format(long number) => number.ToString(CultureInfo.InvariantCulture);

    // Colors have no width.
    private static string Padded(string line, int width) => line + new string(' ', Math.Max(0, width - CellText.LengthOf(line)));

    private static string Show(string line) => $"{CellText.Of(line)}".TrimEnd();
}

/// <summary>The percentages from which a share is highlighted.</summary>
/// <param name="Warning">Yellow, one exclamation mark.</param>
/// <param name="Critical">Red, two exclamation marks.</param>
internal readonly record struct ShareLimits(int Warning, int Critical);
