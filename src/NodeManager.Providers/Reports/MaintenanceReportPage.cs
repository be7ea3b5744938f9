using System.Globalization;

namespace NodeManager.Providers.Reports;

/// <summary>Renders maintenance runs as a self-contained HTML page without scripts, files and network. Pure.</summary>
public static class MaintenanceReportPage
{
    /// <param name="runs">At least one.</param>
    public static string Render(IReadOnlyList<NodeMaintenanceRun> runs, DateTimeOffset writtenAt)
    {
        List<NodeMaintenanceRun> ordered = [.. runs.OrderBy(r => r.StartedAt).ThenBy(r => r.Id, StringComparer.Ordinal)];
        string title =
            ordered.Count == 1 ? $"Maintenance run {ordered[0].Id} in {ordered[0].Cluster}" : $"{Format(ordered.Count)} maintenance runs";
        HtmlWriter html = new();
        html.DocumentType()
            .Open("html", ("lang", "en"))
            .Open("head")
            .Void("meta", ("charset", "utf-8"))
            .Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"))
            .Void("meta", ("http-equiv", "Content-Security-Policy"), ("content", DrainReportPage.Policy))
            .Element("title", title)
            .Style(DrainPageStyle.Css)
            .Close();
        html.Open("body").Open("main").Element("h1", title);
        foreach (NodeMaintenanceRun run in ordered)
            Run(html, run, ordered.Count > 1);
        html.Close()
            .Open("footer")
            .Element("p", $"Written {DrainReportPage.Moment(writtenAt)} by NodeManager. All times are UTC.")
            .Close()
            .Close()
            .Close();
        return html.ToString();
    }

    private static void Run(HtmlWriter html, NodeMaintenanceRun run, bool isTitled)
    {
        if (isTitled)
            html.Element("h2", $"{run.Id} in {run.Cluster}");
        string end = run.EndedAt is { } ended ? $" to {DrainReportPage.Moment(ended)}" : "";
        html.Element("p", $"{DrainReportPage.Moment(run.StartedAt)}{end} UTC by {run.StartedBy}", ("class", "soft"));
        if (run.Reason.Length > 0)
            html.Open("p").Text("Why: ").Element("strong", run.Reason).Close();
        if (run.Message.Length > 0)
            html.Element("p", run.Message);
        int remaining = run.Remaining;
        html.Open("dl", ("class", "facts"));
        Fact(
            html,
            "Status",
            run.Status,
            run.Status == NodeMaintenanceRunStatus.Completed ? "good"
                : run.Status == NodeMaintenanceRunStatus.Failed ? "bad"
                : "warn"
        );
        Fact(
            html,
            "Nodes done",
            $"{run.Completed + run.Deleted} of {run.Nodes.Count - run.Skipped}",
            remaining + run.Failed == 0 ? "good" : ""
        );
        Fact(html, "Failed", Format(run.Failed), run.Failed == 0 ? "" : "bad");
        Fact(html, "MaxUnavailable", run.MaxUnavailable, "");
        Fact(html, "Duration", DrainReportPage.Length(run.Duration), "");
        html.Close();

        html.Open("div", ("class", "scroll")).Open("table", ("class", "nodes")).Open("thead").Open("tr");
        foreach (string column in (string[])["Batch", "Node", "Status", "Steps", "Took", "Message"])
            html.Element("th", column);
        html.Close().Close().Open("tbody");
        foreach (NodeMaintenanceResult node in run.Nodes.OrderBy(n => n.Batch == 0).ThenBy(n => n.Batch))
            Node(html, node);
        html.Close().Close().Close();
        foreach (NodeMaintenanceResult node in run.Nodes.Where(n => n.Output.Count > 0))
        {
            html.Open("details").Element("summary", $"Output of {node.Node}").Element("pre", string.Join("\n", node.Output)).Close();
        }
    }

    private static void Node(HtmlWriter html, NodeMaintenanceResult node)
    {
        string steps = string.Join(
            ", ",
            node.Steps.Where(s => s.Name != NodeMaintenanceStepName.Claim)
                .Select(s => s.Duration is { } took ? $"{s.Name} {DrainReportPage.Length(took)}" : $"{s.Name} not completed")
        );
        string colour = node.Status switch
        {
            NodeMaintenanceStatus.Completed => "good",
            NodeMaintenanceStatus.Failed => "bad",
            _ => "",
        };
        html.Open("tr")
            .Element("td", node.Batch > 0 ? Format(node.Batch) : "", ("class", "number"))
            .Element("td", node.Node)
            .Element("td", node.Status, ("class", $"name {colour}"))
            .Element("td", steps)
            .Element("td", node.Duration is { } duration ? DrainReportPage.Length(duration) : "", ("class", "number"))
            .Element("td", $"{node.Error} {node.Message}".Trim())
            .Close();
    }

    private static void Fact(HtmlWriter html, string name, string value, string kind) =>
        html.Open("div").Element("dt", name).Element("dd", value, ("class", kind)).Close();

    private static string Format(int count) => count.ToString(CultureInfo.InvariantCulture);
}
