using System.Globalization;
using System.Text;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Reports;

/// <summary>The tables of a run: what was asked, medians, ranges, and ratios to the contender that the work is about.</summary>
internal static class MarkdownReport
{
    private const string Large = "sandbox-20000";

    /// <param name="setting">A sentence on the machine and the versions.</param>
    /// <param name="command">That repeats it.</param>
    /// <param name="results">In the order of their works.</param>
    /// <param name="failures">What failed apart from works.</param>
    /// <param name="micro">The table of the benchmarks of single functions. Null: they were not run.</param>
    /// <param name="folder">Where the plots and samples are, from the report.</param>
    public static string Write(
        string setting,
        string command,
        IReadOnlyList<Result> results,
        IReadOnlyList<string> failures,
        string? micro,
        string folder
    )
    {
        var text = new StringBuilder();
        text.AppendLine("# NodeManager and its peers, measured in turn").AppendLine();
        text.AppendLine(setting).AppendLine();
        text.AppendLine(
                CultureInfo.InvariantCulture,
                $"Medians and ranges; each round ran every contender once, in turn. CPU is that of the client's process, memory its largest working set. To repeat it: `{command}`. All samples: [samples.json]({folder}/samples.json)."
            )
            .AppendLine();
        WriteFailures(text, results, failures);
        WriteGoals(text, results);
        foreach (Result result in results)
            WriteWork(text, result, folder);
        WriteGrowth(text, results);
        if (micro is not null)
            text.AppendLine("## Single functions").AppendLine().AppendLine(micro.Trim());
        return text.ToString().TrimEnd() + Environment.NewLine;
    }

    private static void WriteFailures(StringBuilder text, IReadOnlyList<Result> results, IReadOnlyList<string> failures)
    {
        string[] all =
        [
            .. results.Where(static one => one.Failure is not null).Select(static one => $"{one.Work.Name}: {one.Failure}"),
            .. failures,
        ];
        if (all.Length == 0)
            return;
        text.AppendLine("**Not complete:**").AppendLine();
        foreach (string failure in all)
            text.AppendLine(CultureInfo.InvariantCulture, $"- {Format.Cell(failure)}");
        text.AppendLine();
    }

    private static void WriteGoals(StringBuilder text, IReadOnlyList<Result> results)
    {
        text.AppendLine("## Goals").AppendLine();
        text.AppendLine(
                "Samples are those of the contender and of its peer. What limits a goal that is missed: [bench/README.md](../README.md#goals-that-are-missed)."
            )
            .AppendLine();
        text.AppendLine("| | Asked | Measured | Samples | |").AppendLine("|---|---|--:|--:|---|");
        foreach (string row in Asked.Rows)
        {
            int before = text.Length;
            foreach (Result result in results)
                WriteGoals(text, result, goal => goal.Row == row ? row : null);
            if (row == Asked.Growth)
                WriteGrowthGoals(text, results);
            if (text.Length == before)
                text.AppendLine(CultureInfo.InvariantCulture, $"| {row} | | not measured | | |");
        }

        foreach (Result result in results)
            WriteGoals(text, result, goal => goal.Row is null ? result.Work.What : null);
        text.AppendLine();
    }

    private static void WriteGoals(StringBuilder text, Result result, Func<Goal, string?> name)
    {
        foreach (Goal goal in result.Work.Goals)
        {
            if (name(goal) is not { } what)
                continue;
            double? value = goal.Value(result);
            WriteGoal(
                text,
                what,
                $"{result.Work.Name}: {goal}",
                goal.Measured(value),
                goal.Samples(result),
                value is null ? null : value <= goal.Limit
            );
        }
    }

    private static void WriteGrowthGoals(StringBuilder text, IReadOnlyList<Result> results)
    {
        foreach ((Growth growth, Result few, Result many) in Growths(results).Where(static one => !one.Growth.IsPeer))
        {
            double? value = growth.Value(few, many);
            string samples = string.Create(
                CultureInfo.InvariantCulture,
                $"{few.Values(growth.Contender, growth.Metric).Count()} / {many.Values(growth.Contender, growth.Metric).Count()}"
            );
            WriteGoal(
                text,
                Asked.Growth,
                $"{growth.What} ≤ {Growth.Limit.ToString(CultureInfo.InvariantCulture)} times",
                Format.Ratio(value),
                samples,
                value is null ? null : value <= Growth.Limit
            );
        }

        if (results.FirstOrDefault(static one => one.Work.Name == Large) is not { } large)
            return;
        bool works = large.Failure is null && large.Work.Contenders.All(one => large.Samples[one.Name].Count > 0);
        string measured = string.Join(
            ", ",
            large.Work.Contenders.Select(one => $"{one.Name} {Format.Of(Metric.Time, large.Median(one.Name, Metric.Time))}")
        );
        double[] peaks = [.. large.Work.Contenders.SelectMany(one => large.Values(one.Name, Metric.Peak))];
        WriteGoal(
            text,
            Asked.Growth,
            "20,000 nodes work",
            peaks.Length == 0 ? measured : $"{measured}; working set {Format.Bytes(peaks.Max())}",
            "1",
            works
        );
    }

    private static void WriteGoal(StringBuilder text, string what, string asked, string measured, string samples, bool? isReached) =>
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| {Format.Cell(what)} | {Format.Cell(asked)} | {Format.Cell(measured)} | {samples} | {isReached switch { true => "met", false => "**missed**", null => "" }} |"
        );

    private static void WriteWork(StringBuilder text, Result result, string folder)
    {
        Work work = result.Work;
        text.AppendLine(CultureInfo.InvariantCulture, $"## {work.Name}: {work.What}").AppendLine();
        if (result.Failure is not null)
            text.AppendLine(CultureInfo.InvariantCulture, $"**Not complete:** {Format.Cell(result.Failure)}").AppendLine();
        if (result.Samples.Values.All(static samples => samples.Count == 0))
            return;
        text.AppendLine(CultureInfo.InvariantCulture, $"![{work.What}]({folder}/{work.Name}.svg)").AppendLine();
        if (result.Samples.Values.Any(static samples => samples.Count > 0 && samples[^1].Course is { Count: > 1 }))
            text.AppendLine(CultureInfo.InvariantCulture, $"![{work.What}, by minute]({folder}/{work.Name}-course.svg)").AppendLine();
        text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| | Time | Range | {Format.Cell(work.Subject)} takes of it | CPU | Memory | Kept | Bytes read | Samples |"
            )
            .AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (Contender contender in work.Contenders)
        {
            double[] times = [.. result.Values(contender.Name, Metric.Time).Order()];
            if (times.Length == 0)
                continue;
            long? bytes = result.Samples[contender.Name][^1].Bytes;
            string?[] cells =
            [
                Format.Cell(contender.Name),
                Format.Milliseconds(result.Median(contender.Name, Metric.Time)!.Value),
                times.Length == 1 ? "" : $"{Format.Milliseconds(times[0])} to {Format.Milliseconds(times[^1])}",
                contender.Name == work.Subject
                    ? ""
                    : Format.Ratio(result.Median(work.Subject, Metric.Time) / result.Median(contender.Name, Metric.Time)),
                Format.Of(Metric.Cpu, result.Median(contender.Name, Metric.Cpu)),
                Format.Of(Metric.Peak, result.Median(contender.Name, Metric.Peak)),
                Format.Of(Metric.Live, result.Median(contender.Name, Metric.Live)),
                bytes is > 0 ? Format.Bytes(bytes.Value) : "",
                times.Length.ToString(CultureInfo.InvariantCulture),
            ];
            text.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");
        }

        text.AppendLine();
    }

    private static void WriteGrowth(StringBuilder text, IReadOnlyList<Result> results)
    {
        var rows = new StringBuilder();
        foreach ((Growth growth, Result few, Result many) in Growths(results))
        {
            rows.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {growth.What} | {growth.Contender} | {Format.Of(growth.Metric, growth.Own(few))} | {Format.Of(growth.Metric, growth.Own(many))} | {Format.Ratio(growth.Value(few, many))} |"
            );
        }

        if (rows.Length == 0)
            return;
        text.AppendLine("## From 1,000 to 5,000 nodes").AppendLine();
        text.AppendLine(
                CultureInfo.InvariantCulture,
                $"How much more five times the nodes take (asked: at most {Growth.Limit} times), less the shell's own."
            )
            .AppendLine();
        text.AppendLine("| | | 1,000 | 5,000 | Times |").AppendLine("|---|---|--:|--:|--:|").Append(rows).AppendLine();
    }

    private static IEnumerable<(Growth Growth, Result Few, Result Many)> Growths(IReadOnlyList<Result> results)
    {
        var byName = results.ToDictionary(static one => one.Work.Name);
        foreach (Growth growth in Growth.All)
        {
            if (
                byName.TryGetValue(growth.Small, out Result? few)
                && byName.TryGetValue(growth.Large, out Result? many)
                && growth.Value(few, many) is not null
            )
                yield return (growth, few, many);
        }
    }
}
