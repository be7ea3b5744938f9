using System.Globalization;
using System.Text;

namespace NodeManager.Providers.Reports;

/// <summary>Plots of a report about autoscalers, as SVG in the colors of the page.</summary>
internal static class AutoscalerPlots
{
    private const int Width = 1000,
        Row = 26,
        Left = 210,
        Right = 120,
        Height = 150,
        Axis = 46;

    /// <summary>A bar for each value.</summary>
    public static void Bars(HtmlWriter html, string title, IReadOnlyList<(string Name, double Value, string Text)> values)
    {
        double highest = Math.Max(values.Max(static one => one.Value), double.Epsilon);
        html.Element("h3", title)
            .Open("div", ("class", "scroll"))
            .Open("svg", ("class", "plot"), ("viewBox", $"0 0 {Width} {values.Count * Row}"), ("role", "img"), ("aria-label", title));
        for (int index = 0; index < values.Count; index++)
        {
            (string name, double value, string text) = values[index];
            double length = (Width - Left - Right) * value / highest,
                y = index * Row;
            html.Element("text", name, ("x", Text(Left - 8)), ("y", Text(y + 17)), ("text-anchor", "end"))
                .Open(
                    "rect",
                    ("class", "bar"),
                    ("x", Text(Left)),
                    ("y", Text(y + 4)),
                    ("width", Text(Math.Max(1, length))),
                    ("height", Text(Row - 8)),
                    ("rx", "2")
                )
                .Close()
                .Element("text", text, ("x", Text(Left + length + 8)), ("y", Text(y + 17)));
        }

        html.Close().Close();
    }

    /// <summary>The cores that are paid for, above those that pods request.</summary>
    /// <param name="highest">Of the axis, so that several plots compare.</param>
    public static void Cores(HtmlWriter html, NodeAutoscalerMeasurement measured, long highest)
    {
        html.Element("h3", measured.Setting)
            .Open("div", ("class", "scroll"))
            .Open(
                "svg",
                ("class", "plot"),
                ("viewBox", $"0 0 {Width} {Height + 22}"),
                ("role", "img"),
                ("aria-label", $"Cores over time with {measured.Setting}")
            );
        double span = Math.Max(1, measured.Duration.TotalHours),
            top = Math.Max(1, highest);
        double X(TimeSpan at) => Axis + ((Width - Axis - 4) * (at.TotalHours / span));
        double Y(double cores) => Height - ((Height - 12) * Math.Min(1, cores / top));
        foreach (double share in (double[])[0, 0.5, 1])
        {
            string y = Text(Y(share * top));
            html.Open("line", ("class", "grid"), ("x1", Text(Axis)), ("x2", Text(Width)), ("y1", y), ("y2", y)).Close();
            html.Element(
                "text",
                Text(share * top),
                ("class", "axis"),
                ("x", Text(Axis - 6)),
                ("y", Text(Y(share * top) + 4)),
                ("text-anchor", "end")
            );
        }

        double days = measured.Duration.TotalDays;
        for (double day = 0; day < days; day += Math.Max(1, Math.Ceiling(days / 10)))
            html.Element("text", $"day {Text(day)}", ("class", "axis"), ("x", Text(X(TimeSpan.FromDays(day)))), ("y", Text(Height + 16)));
        StringBuilder used = new(),
            paid = new();
        used.Append(CultureInfo.InvariantCulture, $"M{Text(Axis)} {Text(Height)}");
        foreach (NodeAutoscalerSample sample in measured.Samples)
        {
            string x = Text(X(sample.At));
            used.Append(CultureInfo.InvariantCulture, $"L{x} {Text(Y((double)sample.RequestedCores))}");
            paid.Append(CultureInfo.InvariantCulture, $"{(paid.Length == 0 ? 'M' : 'L')}{x} {Text(Y(sample.CpuCores))}");
        }

        used.Append(CultureInfo.InvariantCulture, $"L{Text(X(measured.Duration))} {Text(Height)}Z");
        html.Open("path", ("class", "used"), ("d", used.ToString()))
            .Close()
            .Open("path", ("class", "paid"), ("d", paid.ToString()))
            .Close()
            .Close();
        html.Open("ul", ("class", "legend"));
        foreach ((string kind, string text) in ((string, string)[])[("paid", "cores of all nodes"), ("used", "cores that pods request")])
            html.Open("li")
                .Open("svg", ("viewBox", "0 0 10 10"))
                .Open("rect", ("class", kind), ("width", "10"), ("height", "10"))
                .Close()
                .Close()
                .Text(text)
                .Close();
        html.Close();
    }

    private static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
