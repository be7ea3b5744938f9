using System.Globalization;
using System.Text;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Reports;

/// <summary>The working set of a process minute by minute, as an SVG line in the colors of a light or a dark page.</summary>
internal static class CoursePlot
{
    private const int Width = 760,
        Height = 260,
        Left = 70,
        Top = 40,
        Bottom = 220,
        Right = 740;

    private const double Mebibyte = 1048576;

    private const string Style = """
        <style>
        .page{fill:#ffffff}.text{fill:#1f2328}.own{stroke:#0969da}.axis{stroke:#8c959f}
        @media (prefers-color-scheme:dark){.page{fill:#0d1117}.text{fill:#e6edf3}.own{stroke:#4493f8}.axis{stroke:#656c76}}
        </style>
        """;

    public static string Write(string what, IReadOnlyList<Minute> course)
    {
        double most = course.Max(static minute => minute.Bytes) / Mebibyte;
        StringBuilder svg = new();
        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" font-family=\"system-ui, sans-serif\" font-size=\"13\">"
        );
        svg.AppendLine(Style).AppendLine("<rect class=\"page\" width=\"100%\" height=\"100%\"/>");
        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"<text class=\"text\" x=\"10\" y=\"20\" font-weight=\"600\">{what}: working set in MiB by minute</text>"
        );
        svg.AppendLine(CultureInfo.InvariantCulture, $"<path class=\"axis\" fill=\"none\" d=\"M{Left} {Top}V{Bottom}H{Right}\"/>");
        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"<text class=\"text\" x=\"{Left - 8}\" y=\"{Top + 4}\" text-anchor=\"end\">{most:0}</text><text class=\"text\" x=\"{Left - 8}\" y=\"{Bottom + 4}\" text-anchor=\"end\">0</text><text class=\"text\" x=\"{Right}\" y=\"{Bottom + 20}\" text-anchor=\"end\">{course.Count}</text>"
        );
        IEnumerable<string> points = course.Select(
            (minute, index) =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Left + ((index + 1.0) / course.Count * (Right - Left)):0.#},{Bottom - (minute.Bytes / Mebibyte / most * (Bottom - Top)):0.#}"
                )
        );
        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"<polyline class=\"own\" fill=\"none\" stroke-width=\"2\" points=\"{string.Join(' ', points)}\"/>"
        );
        return svg.AppendLine("</svg>").ToString();
    }
}
