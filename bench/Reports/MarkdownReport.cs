using System.Globalization;
using System.Text;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Reports;

/// <summary>The tables of a run: medians, ranges, ratios to the first contender, and what was asked.</summary>
internal static class MarkdownReport
{
    private static readonly (string What, string Small, string Large)[] Growths =
    [
        ("list, connected", "list-1000", "list-5000"), ("embedded cluster, start", "sandbox-1000", "sandbox-5000"), ("embedded cluster, list", "sandbox-list-1000", "sandbox-list-5000"),
    ];

    /// <param name="setting">A sentence on the machine and the versions.</param>
    /// <param name="command">That repeats it.</param>
    /// <param name="results">In the order of their works.</param>
    /// <param name="plots">File names of the plots, by work.</param>
    public static string Write(string setting, string command, IReadOnlyList<Result> results, IReadOnlyDictionary<string, string> plots)
    {
        var text = new StringBuilder();
        text.AppendLine("# Measured side by side").AppendLine();
        text.AppendLine(setting).AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Medians and ranges; each round ran every contender once, in turn, after a round that does not count. CPU is that of the client's process, memory its largest working set. To repeat it: `{command}`. All samples are in the JSON file next to this one.").AppendLine();
        WriteGoals(text, results);
        foreach (Result result in results) WriteWork(text, result, plots.GetValueOrDefault(result.Work.Name));
        WriteGrowth(text, results);
        return text.ToString();
    }

    private static void WriteGoals(StringBuilder text, IReadOnlyList<Result> results)
    {
        text.AppendLine("| Work | Asked | Measured | |").AppendLine("|---|---|--:|---|");
        foreach (Result result in results)
        {
            foreach (Goal goal in result.Work.Goals)
            {
                double? value = goal.Value(result);
                string measured = goal.Peer is null ? Format.Of(goal.Metric, value) : Format.Ratio(value);
                text.AppendLine(CultureInfo.InvariantCulture, $"| {result.Work.What} | {goal} | {(value is null ? "not measured" : measured)} | {(value is null ? "" : value <= goal.Limit ? "reached" : "**missed**")} |");
            }
        }

        text.AppendLine();
    }

    private static void WriteWork(StringBuilder text, Result result, string? plot)
    {
        Work work = result.Work;
        string first = work.Contenders[0].Name;
        text.AppendLine(CultureInfo.InvariantCulture, $"## {work.Name}: {work.What}").AppendLine();
        if (plot is not null) text.AppendLine(CultureInfo.InvariantCulture, $"![{work.What}]({plot})").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"| | Time | Range | {first} takes of it | CPU | Memory | Bytes read | Samples |").AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|");
        foreach (Contender contender in work.Contenders)
        {
            double[] times = [.. result.Values(contender.Name, Metric.Time).Order()];
            if (times.Length == 0) continue;
            long? bytes = result.Samples[contender.Name][^1].Bytes;
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {contender.Name} | {Format.Milliseconds(result.Median(contender.Name, Metric.Time)!.Value)} | {Format.Milliseconds(times[0])} to {Format.Milliseconds(times[^1])} | {(contender.Name == first ? "" : Format.Ratio(result.Median(first, Metric.Time) / result.Median(contender.Name, Metric.Time)))} | {Format.Of(Metric.Cpu, result.Median(contender.Name, Metric.Cpu))} | {Format.Of(Metric.Peak, result.Median(contender.Name, Metric.Peak))} | {(bytes is > 0 ? Format.Bytes(bytes.Value) : "")} | {times.Length} |");
        }

        text.AppendLine();
    }

    private static void WriteGrowth(StringBuilder text, IReadOnlyList<Result> results)
    {
        var byName = results.ToDictionary(static one => one.Work.Name);
        var rows = new StringBuilder();
        foreach ((string what, string small, string large) in Growths)
        {
            if (!byName.TryGetValue(small, out Result? few) || !byName.TryGetValue(large, out Result? many)) continue;
            foreach ((Contender one, Contender other) in few.Work.Contenders.Zip(many.Work.Contenders).Where(static pair => pair.First.Name != "pwsh"))
            {
                double? start = few.Work.Contenders[0].Name == "pwsh" ? few.Median("pwsh", Metric.Time) : 0;
                double? growth = (many.Median(other.Name, Metric.Time) - start) / (few.Median(one.Name, Metric.Time) - start);
                rows.AppendLine(CultureInfo.InvariantCulture, $"| {what} | {one.Name} | {Format.Ratio(growth)} |");
            }
        }

        if (rows.Length == 0) return;
        text.AppendLine("## From 1,000 to 5,000 nodes").AppendLine();
        text.AppendLine("How much longer five times the nodes take (asked: at most 5.2), less the shell's own start.").AppendLine();
        text.AppendLine("| | | Times |").AppendLine("|---|---|--:|").Append(rows).AppendLine();
    }
}
