using System.Globalization;

namespace NodeManager.Bench.Running;

/// <summary>Figures as the tables show them.</summary>
internal static class Format
{
    public static string Of(Metric metric, double? value) =>
        value is not { } number
            ? ""
            : metric switch
            {
                Metric.Peak or Metric.Live => Bytes(number),
                Metric.Core => string.Create(CultureInfo.InvariantCulture, $"{number:0.00} % of a core"),
                Metric.Drift => string.Create(CultureInfo.InvariantCulture, $"{number:0.00#} times"),
                _ => Milliseconds(number),
            };

    public static string Milliseconds(double value) =>
        value >= 10_000
            ? string.Create(CultureInfo.InvariantCulture, $"{value / 1000:N1} s")
            : string.Create(CultureInfo.InvariantCulture, $"{value:N0} ms");

    /// <summary>In MiB.</summary>
    public static string Bytes(double value) => string.Create(CultureInfo.InvariantCulture, $"{value / 1048576:N1} MiB");

    public static string Ratio(double? value) => value is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number:0.00#}") : "";

    /// <summary>As text in a cell of a Markdown table.</summary>
    public static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
