using System.Globalization;
using System.Net;
using System.Text;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Reports;

/// <summary>A bar for each contender's median time, with a line from the shortest to the longest sample, as SVG in the colours of a light or a dark page.</summary>
internal static class BarPlot
{
    private const int Width = 760,
        Row = 30,
        Left = 300,
        Right = 90,
        Top = 34;

    private const string Style = """
        <style>
        .page{fill:#ffffff}.text{fill:#1f2328}.own{fill:#0969da}.peer{fill:#8c959f}.range{stroke:#1f2328}
        @media (prefers-color-scheme:dark){.page{fill:#0d1117}.text{fill:#e6edf3}.own{fill:#4493f8}.peer{fill:#656c76}.range{stroke:#e6edf3}}
        </style>
        """;

    public static string Write(Result result)
    {
        Contender[] contenders = [.. result.Work.Contenders.Where(one => result.Samples[one.Name].Count > 0)];
        double longest = contenders.Max(one => result.Values(one.Name, Metric.Time).Max());
        int height = Top + (Row * contenders.Length) + 10;
        var svg = new StringBuilder();
        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" font-family=\"system-ui, sans-serif\" font-size=\"13\">"
        );
        svg.AppendLine(Style);
        svg.AppendLine("<rect class=\"page\" width=\"100%\" height=\"100%\"/>");
        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"<text class=\"text\" x=\"10\" y=\"20\" font-weight=\"600\">{WebUtility.HtmlEncode(result.Work.What)}</text>"
        );
        for (int row = 0; row < contenders.Length; row++)
        {
            string name = contenders[row].Name;
            double median = result.Median(name, Metric.Time)!.Value;
            double y = Top + (row * Row),
                middle = y + (Row / 2.0);
            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"<text class=\"text\" x=\"{Left - 8}\" y=\"{middle + 4:0.#}\" text-anchor=\"end\">{WebUtility.HtmlEncode(name)}</text>"
            );
            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"<rect class=\"{(name == result.Work.Subject ? "own" : "peer")}\" x=\"{Left}\" y=\"{y + 5:0.#}\" width=\"{Math.Max(1, At(median) - Left):0.#}\" height=\"{Row - 10}\" rx=\"2\"/>"
            );
            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"<line class=\"range\" x1=\"{At(result.Values(name, Metric.Time).Min()):0.#}\" x2=\"{At(result.Values(name, Metric.Time).Max()):0.#}\" y1=\"{middle:0.#}\" y2=\"{middle:0.#}\"/>"
            );
            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"<text class=\"text\" x=\"{At(result.Values(name, Metric.Time).Max()) + 6:0.#}\" y=\"{middle + 4:0.#}\">{Format.Milliseconds(median)}</text>"
            );
        }

        return svg.AppendLine("</svg>").ToString();

        double At(double value) => Left + (value / longest * (Width - Left - Right));
    }
}
