using System.Globalization;

namespace NodeManager.Providers.Reports;

/// <summary>Draws a row for the node and for each pod. Bars scale with the page, text does not.</summary>
internal static class Timeline
{
    private const string Height = "14";
    private static readonly TimeSpan Worthwhile = TimeSpan.FromMilliseconds(100);

    public static void Write(HtmlWriter html, NodeDrainResult result, TimeScale scale)
    {
        if (result.Timeline.Count == 0)
            return;
        html.Open("details", ("open", "")).Element("summary", "Timeline");
        Legend(html, result);
        html.Open("div", ("class", "timeline")).Open("div", ("class", "head blank")).Close().Open("div", ("class", "head axis"));
        IReadOnlyList<(double Percent, string Label)> ticks = scale.Ticks();
        foreach ((double percent, string label) in ticks)
            html.Element("span", label, ("style", $"left:{Format(percent)}%"), ("class", percent > 92 ? "last" : ""));
        html.Close().Open("div", ("class", "head blank")).Close();
        foreach (
            IGrouping<string, NodeDrainStep> row in result
                .Timeline.GroupBy(s => s.Pod)
                .OrderBy(g => g.Key.Length > 0)
                .ThenBy(g => g.Min(s => s.StartedAt))
        )
            Row(html, row.Key.Length == 0 ? "the node" : row.Key, [.. row], scale, ticks);
        html.Close().Close();
    }

    /// <summary>For example <c>budget default/web 8.2 s</c>.</summary>
    public static string Describe(NodeDrainStep step)
    {
        string what = step.Step switch
        {
            DrainStep.Cordon => "cordoned",
            DrainStep.Job => "waited for its Job",
            DrainStep.Surge => "waited for its replacement",
            DrainStep.Request => step.Detail.Length == 0 ? "eviction requested" : $"eviction requested by {step.Detail}",
            DrainStep.Budget => "refused by PDB",
            DrainStep.Workload => "waited for replacements of",
            DrainStep.Responder => "handled by responder",
            DrainStep.Server => "waited for the API server",
            DrainStep.Terminate => "terminated",
            DrainStep.Detach => "volumes detached",
            DrainStep.Replacement => "pods replaced",
            _ => step.Step,
        };
        string state = step.State is "Completed" or "Interrupted" or "Canceled" ? $" ({step.State.ToLowerInvariant()})" : "";
        return $"{what}{(step.Step is DrainStep.Budget or DrainStep.Workload or DrainStep.Responder ? $" {step.Detail}" : "")}{state} {DrainReportPage.Length(step.Duration)}";
    }

    private static void Legend(HtmlWriter html, NodeDrainResult result)
    {
        html.Open("ul", ("class", "legend"));
        foreach (string step in result.Timeline.Select(s => s.Step).Distinct())
        {
            html.Open("li")
                .Open("svg", ("viewBox", "0 0 10 10"), ("aria-hidden", "true"))
                .Element("rect", "", ("width", "10"), ("height", "10"), ("class", step))
                .Close()
                .Text(step)
                .Close();
        }

        html.Close();
    }

    private static void Row(
        HtmlWriter html,
        string name,
        IReadOnlyList<NodeDrainStep> steps,
        TimeScale scale,
        IReadOnlyList<(double Percent, string Label)> ticks
    )
    {
        // Requests that were answered immediately are omitted next to longer steps.
        string words = string.Join(
            ", ",
            steps.Where(s => s.Step != DrainStep.Request || s.Duration >= Worthwhile || steps.Count == 1).Select(Describe)
        );
        html.Open("div", ("class", "what"))
            .Element("bdi", name)
            .Close()
            .Open("div", ("class", "bar"))
            .Open(
                "svg",
                ("viewBox", $"0 0 {Format(TimeScale.Width)} {Height}"),
                ("preserveAspectRatio", "none"),
                ("role", "img"),
                ("aria-label", $"{name}: {words}")
            )
            .Element("rect", "", ("class", "track"), ("width", Format(TimeScale.Width)), ("height", Height));
        foreach ((double percent, _) in ticks)
        {
            string x = Format(percent * TimeScale.Width / 100);
            html.Element("line", "", ("class", "grid"), ("x1", x), ("x2", x), ("y1", "0"), ("y2", Height));
        }

        foreach (NodeDrainStep step in steps)
        {
            (double left, double width) = scale.Place(step.StartedAt, step.EndedAt);
            string when = $"{DrainReportPage.Clock(step.StartedAt)} to {DrainReportPage.Clock(step.EndedAt)}";
            string detail = DrainReportPage.Describe(step) is { Length: > 0 } what ? $"\n{what}" : "";
            html.Open("rect", ("class", step.Step), ("x", Format(left)), ("width", Format(width)), ("y", "2"), ("height", "10"))
                .Element("title", $"{Describe(step)}\n{when}{detail}")
                .Close();
        }

        html.Close().Close().Element("div", words, ("class", "words"));
    }

    private static string Format(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
