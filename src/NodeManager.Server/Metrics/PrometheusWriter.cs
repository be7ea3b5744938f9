using System.Globalization;
using System.Text;

namespace NodeManager.Server.Metrics;

/// <summary>Writes Prometheus' text format 0.0.4.</summary>
internal sealed class PrometheusWriter
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    /// <summary>A metric with samples, sorted by labels.</summary>
    public void Family(string name, string type, string help, IEnumerable<(string Labels, double Value)> samples)
    {
        Header(name, type, help);
        foreach ((string labels, double value) in samples.OrderBy(static one => one.Labels, StringComparer.Ordinal))
            Sample(name, labels, value);
    }

    /// <summary>The header of a metric; samples follow.</summary>
    public void Header(string name, string type, string help) =>
        _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    /// <param name="labels">See <see cref="Labels"/>; empty for none.</param>
    public void Sample(string name, string labels, double value) =>
        _text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value:R}\n");

    /// <summary>Metrics of the process.</summary>
    public void Process()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        Family(
            "process_cpu_seconds_total",
            "counter",
            "CPU time that the process has used, in seconds.",
            [("", process.TotalProcessorTime.TotalSeconds)]
        );
        Family("process_resident_memory_bytes", "gauge", "Resident memory, in bytes.", [("", process.WorkingSet64)]);
    }

    public override string ToString() => _text.ToString();

    public static string Labels(params IEnumerable<(string Name, string Value)> labels)
    {
        string text = string.Join(',', labels.Select(static one => $"{one.Name}=\"{Escape(one.Value)}\""));
        return text.Length > 0 ? $"{{{text}}}" : "";
    }

    private static string Escape(string value) =>
        value
            .Replace("\\", @"\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
}
