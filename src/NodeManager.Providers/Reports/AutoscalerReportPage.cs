using System.Globalization;

namespace NodeManager.Providers.Reports;

/// <summary>Renders measurements of autoscalers as a self-contained HTML page without scripts, files and network. Pure.</summary>
public static class AutoscalerReportPage
{
    /// <param name="measured">At least one.</param>
    /// <param name="force">Overwrite a read-only file.</param>
    /// <param name="noClobber">Do not overwrite an existing file.</param>
    public static void Write(
        string path,
        IReadOnlyList<NodeAutoscalerMeasurement> measured,
        DateTimeOffset writtenAt,
        bool force,
        bool noClobber,
        CancellationToken cancellationToken
    ) => DrainReportFile.Write(path, () => Render(measured, writtenAt), force, noClobber, cancellationToken);

    /// <param name="measurements">At least one; of the same load.</param>
    public static string Render(IReadOnlyList<NodeAutoscalerMeasurement> measurements, DateTimeOffset writtenAt)
    {
        List<NodeAutoscalerMeasurement> measured = [.. measurements.OrderBy(static one => one.Cost)];
        NodeAutoscalerMeasurement first = measured[0];
        string title = $"Autoscaler settings compared over {Days(first.Duration)}";
        HtmlWriter html = new();
        html.DocumentType()
            .Open("html", ("lang", "en"))
            .Open("head")
            .Void("meta", ("charset", "utf-8"))
            .Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"))
            .Void("meta", ("http-equiv", "Content-Security-Policy"), ("content", DrainReportPage.Policy))
            .Element("title", title)
            .Style(DrainPageStyle.Css + DrainPageStyle.Plots)
            .Close();
        html.Open("body").Open("main").Element("h1", title);
        html.Element(
            "p",
            $"{Number(first.Pods)} pods on simulated time. The planner is that of the autoscaler; load, scheduler and machines are simulated.",
            ("class", "soft")
        );
        Table(html, measured);
        AutoscalerPlots.Bars(
            html,
            "Cost",
            [.. measured.Select(static one => (one.Setting, (double)one.Cost, $"{one.Cost:0.00} {one.Currency}"))]
        );
        AutoscalerPlots.Bars(
            html,
            "Pending time, 99th percentile",
            [
                .. measured.Select(static one =>
                    (one.Setting, one.PendingPercentile99.TotalSeconds, DrainReportPage.Length(one.PendingPercentile99))
                ),
            ]
        );
        AutoscalerPlots.Bars(
            html,
            "Evicted pods",
            [.. measured.Select(static one => (one.Setting, (double)one.Evicted, Number(one.Evicted)))]
        );
        html.Element("h2", "Cores over time");
        foreach (NodeAutoscalerMeasurement one in measured)
            AutoscalerPlots.Cores(html, one, measured.Max(static other => other.Samples.Max(static sample => sample.CpuCores)));
        html.Close()
            .Open("footer")
            .Element("p", $"Written {DrainReportPage.Moment(writtenAt)} UTC by NodeManager.")
            .Close()
            .Close()
            .Close();
        return html.ToString();
    }

    private static void Table(HtmlWriter html, IReadOnlyList<NodeAutoscalerMeasurement> measured)
    {
        html.Open("div", ("class", "scroll")).Open("table", ("class", "nodes")).Open("thead").Open("tr");
        foreach (
            string column in (string[])
                ["Setting", "Cost", "Pending 50 %", "90 %", "99 %", "Evicted", "Nodes", "Created", "CPU requested", "Unplaced"]
        )
            html.Element("th", column);
        html.Close().Close().Open("tbody");
        decimal least = measured.Min(static one => one.Cost);
        foreach (NodeAutoscalerMeasurement one in measured)
        {
            html.Open("tr")
                .Open("td", ("class", "setting"))
                .Element("strong", one.Setting)
                .Element("div", one.Description, ("class", "soft"))
                .Close()
                .Element(
                    "td",
                    $"{one.Cost.ToString("0.00", CultureInfo.InvariantCulture)} {one.Currency}",
                    ("class", one.Cost == least ? "number good" : "number")
                );
            foreach (
                string value in (string[])
                    [
                        DrainReportPage.Length(one.PendingMedian),
                        DrainReportPage.Length(one.PendingPercentile90),
                        DrainReportPage.Length(one.PendingPercentile99),
                        Number(one.Evicted),
                        string.Create(CultureInfo.InvariantCulture, $"{one.AverageNodes:0.0}, up to {one.MaximumNodes}"),
                        Number(one.NodesCreated),
                        string.Create(CultureInfo.InvariantCulture, $"{one.CpuPercent:0.0} %"),
                        Number(one.Unplaced),
                    ]
            )
                html.Element("td", value, ("class", "number"));
            html.Close();
        }

        html.Close().Close().Close();
    }

    private static string Days(TimeSpan duration) =>
        duration.TotalDays >= 2
            ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalDays:0.#} days")
            : string.Create(CultureInfo.InvariantCulture, $"{duration.TotalHours:0.#} hours");

    private static string Number(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
