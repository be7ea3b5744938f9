namespace NodeManager.Maintenance.Batches;

/// <summary>Shortens the output of a script block for storage: a ConfigMap holds 1 MiB for fifty nodes.</summary>
internal static class OutputText
{
    private const int MostLines = 40;
    private const int LongestLine = 400;

    /// <summary>The last lines, because errors and summaries are at the end; null for none.</summary>
    public static IReadOnlyList<string>? Of(IEnumerable<object> output)
    {
        List<string> lines =
        [
            .. output
                .SelectMany(o => (o?.ToString() ?? "").ReplaceLineEndings("\n").Split('\n'))
                .Select(static l => DisplayText.Truncate(l, LongestLine)),
        ];
        if (lines.Count == 0)
            return null;
        return lines.Count <= MostLines ? lines : [$"… {lines.Count - MostLines} more lines", .. lines.TakeLast(MostLines)];
    }
}
