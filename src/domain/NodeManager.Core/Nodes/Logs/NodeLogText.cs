using System.Globalization;
using System.Text.RegularExpressions;

namespace NodeManager.Core.Nodes.Logs;

/// <summary>The lines of a journal, as kubelets answer them: <c>journalctl --utc --output=short-precise</c>.</summary>
internal static partial class NodeLogText
{
    /// <summary>The time, source and message of a line. Without a time, the line continues the one before, or comes from a file.</summary>
    /// <param name="now">The lines have no year: a line is not from the future.</param>
    public static (DateTimeOffset? Time, string Source, string Message) Parse(string line, DateTimeOffset now)
    {
        if (TimedLine().Match(line) is not { Success: true } match)
            return (null, "", line);
        string text = match.Groups["time"].Value;
        DateTimeOffset? time = Time(text, now.Year) is { } same && same <= now.AddDays(1) ? same : Time(text, now.Year - 1);
        return time is null ? (null, "", line) : (time, match.Groups["source"].Value, match.Groups["message"].Value);
    }

    /// <summary>What a kubelet writes in place of a log, with status 200, after an empty line.</summary>
    public static bool IsOfKubelet(string line) => KubeletLine().IsMatch(line);

    /// <summary>What journalctl writes between or in place of lines.</summary>
    public static bool IsOfJournal(string line) => JournalLine().IsMatch(line);

    // February 29 is not in every year.
    private static DateTimeOffset? Time(string text, int year) =>
        DateTimeOffset.TryParseExact(
            string.Create(CultureInfo.InvariantCulture, $"{year} {text}"),
            "yyyy MMM d HH:mm:ss.FFFFFFF",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite,
            out DateTimeOffset time
        )
            ? time
            : null;

    [GeneratedRegex(
        @"^(?<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,7})?) \S+ (?<source>[^:\s]+?): (?<message>.*)$",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex TimedLine();

    [GeneratedRegex(
        "^(?:options present and query resolved to log files|failed to get |error: journal output not available|log not found for |error getting log for |context error: )",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex KubeletLine();

    [GeneratedRegex("^-- .* --$", RegexOptions.NonBacktracking)]
    private static partial Regex JournalLine();
}
