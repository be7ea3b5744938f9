using System.Globalization;

namespace NodeManager.Providers.Reports;

/// <summary>Renders drains as a self-contained HTML page without scripts, files and network. Pure.</summary>
public static class DrainReportPage
{
    internal const string Policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

    /// <param name="results">At least one.</param>
    public static string Render(IReadOnlyList<NodeDrainResult> results, DateTimeOffset writtenAt)
    {
        List<NodeDrainResult> ordered =
        [
            .. results.OrderBy(r => r.StartedAt).ThenBy(r => r.Cluster, StringComparer.Ordinal).ThenBy(r => r.Node, StringComparer.Ordinal),
        ];
        TimeScale scale = TimeScale.Of(ordered);
        string title = Title(ordered);
        HtmlWriter html = new();
        html.DocumentType()
            .Open("html", ("lang", "en"))
            .Open("head")
            .Void("meta", ("charset", "utf-8"))
            .Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"))
            .Void("meta", ("http-equiv", "Content-Security-Policy"), ("content", Policy))
            .Element("title", title)
            .Style(DrainPageStyle.Css)
            .Close();
        html.Open("body").Open("main");
        Head(html, ordered, title);
        if (ordered.Count > 1)
            Nodes(html, ordered);
        for (int i = 0; i < ordered.Count; i++)
            NodeSection.Write(html, ordered[i], scale, Anchor(i));
        Steps(html, ordered);
        html.Close().Open("footer").Element("p", $"Written {Moment(writtenAt)} by NodeManager. All times are UTC.").Close().Close().Close();
        return html.ToString();
    }

    /// <summary><c>2026-11-20 10:04:05</c>, UTC.</summary>
    internal static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary><c>10:04:05.2</c>, UTC.</summary>
    internal static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss.f", CultureInfo.InvariantCulture);

    /// <summary><c>10:04:05</c>, UTC, the precision of server times.</summary>
    internal static string Second(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary><c>3.4 s</c>, and <c>2m5s</c> from two minutes on.</summary>
    internal static string Length(TimeSpan duration) =>
        duration.TotalSeconds switch
        {
            < 0.05 => "< 0.1 s",
            < 120 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
            _ => HumanDuration.Format(duration),
        };

    /// <summary>The object and result of a step: <c>acme.io/mover: Completed, moved to node-2</c>.</summary>
    internal static string Describe(NodeDrainStep step)
    {
        string outcome = string.Join(", ", ((string[])[step.State, step.Message]).Where(static s => s.Length > 0));
        return string.Join(": ", ((string[])[step.Detail, outcome]).Where(static s => s.Length > 0));
    }

    private static string Title(List<NodeDrainResult> results)
    {
        string[] clusters = [.. results.Select(r => r.Cluster).Distinct(StringComparer.Ordinal)];
        string what = results.Count == 1 ? $"Drain of {results[0].Node}" : $"Drain of {results.Count} nodes";
        return $"{what} in {string.Join(", ", clusters)}";
    }

    private static void Head(HtmlWriter html, List<NodeDrainResult> results, string title)
    {
        html.Element("h1", title);
        string[] who = [.. results.Select(r => r.By).Where(b => b.Length > 0).Distinct(StringComparer.Ordinal)];
        DateTimeOffset from = results.Min(r => r.StartedAt);
        DateTimeOffset to = results.Max(r => r.EndedAt);
        string by = who.Length == 0 ? "" : $" by {string.Join(", ", who)}";
        html.Element("p", $"{Moment(from)} to {Moment(to)} UTC{by}", ("class", "soft"));
        foreach (string reason in results.Select(r => r.Reason).Where(r => r.Length > 0).Distinct(StringComparer.Ordinal))
            html.Open("p").Text("Why: ").Element("strong", reason).Close();

        int drained = results.Count(r => r.Status == NodeDrainStatus.Drained);
        int remaining = results.Sum(r => r.Remaining);
        int forced = results.Sum(r => r.Forced);
        html.Open("dl", ("class", "facts"));
        Fact("Nodes drained", $"{drained} of {results.Count}", drained == results.Count ? "good" : "bad");
        Fact("Pods removed", Format(results.Sum(r => r.Evicted)), "");
        Fact("Pods left", Format(remaining), remaining == 0 ? "" : "bad");
        Fact("Force-deleted", Format(forced), forced == 0 ? "" : "warn");
        Fact("Duration", Length(to - from), "");
        html.Close();

        void Fact(string name, string value, string kind) =>
            html.Open("div").Element("dt", name).Element("dd", value, ("class", kind)).Close();
    }

    private static void Steps(HtmlWriter html, List<NodeDrainResult> results)
    {
        List<NodeDrainStep> steps = [.. results.SelectMany(r => r.Timeline)];
        if (steps.Count == 0)
            return;
        html.Open("h2")
            .Text("All steps")
            .Close()
            .Open("details", ("open", ""))
            .Element("summary", $"{steps.Count} steps")
            .Open("div", ("class", "scroll"))
            .Open("table")
            .Open("thead")
            .Open("tr");
        foreach (string column in (string[])["Node", "Pod", "Step", "Start", "End"])
            html.Element("th", column);
        html.Element("th", "Duration", ("class", "number")).Element("th", "What").Close().Close().Open("tbody");
        foreach (NodeDrainStep step in steps)
        {
            html.Open("tr")
                .Element("td", step.Node)
                .Element("td", step.Pod)
                .Element("td", step.Step, ("class", "name"))
                .Element("td", Clock(step.StartedAt), ("class", "time"))
                .Element("td", Clock(step.EndedAt), ("class", "time"))
                .Element("td", Length(step.Duration), ("class", "number"))
                .Element("td", Describe(step))
                .Close();
        }

        html.Close().Close().Close().Close();
    }

    // The result of each node with a link to its section.
    private static void Nodes(HtmlWriter html, List<NodeDrainResult> results)
    {
        html.Open("table", ("class", "nodes")).Open("thead").Open("tr").Element("th", "Node").Element("th", "Status");
        foreach (string column in (string[])["Removed", "Left", "Duration"])
            html.Element("th", column, ("class", "number"));
        html.Close().Close().Open("tbody");
        for (int i = 0; i < results.Count; i++)
        {
            NodeDrainResult result = results[i];
            html.Open("tr")
                .Open("td")
                .Element("a", result.Node, ("href", $"#{Anchor(i)}"))
                .Close()
                .Element("td", result.Status, ("class", $"name {NodeSection.Colour(result.Status)}"))
                .Element("td", Format(result.Evicted), ("class", "number"))
                .Element("td", Format(result.Remaining), ("class", result.Remaining > 0 ? "number bad" : "number"))
                .Element("td", Length(result.Duration), ("class", "number"))
                .Close();
        }

        html.Close().Close();
    }

    private static string Anchor(int index) => $"node-{Format(index + 1)}";

    private static string Format(int count) => count.ToString(CultureInfo.InvariantCulture);
}
