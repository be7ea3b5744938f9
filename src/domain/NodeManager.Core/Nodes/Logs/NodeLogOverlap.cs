namespace NodeManager.Core.Nodes.Logs;

/// <summary>Finds the new lines of an answer, after an earlier one.</summary>
internal static class NodeLogOverlap
{
    /// <summary>The index of the first new line; null if the last known line is not in the answer, so that lines may be missing.</summary>
    /// <param name="known">The lines of the earlier answer, at least one.</param>
    public static int? FirstNew(IReadOnlyList<RawLogLine> known, IReadOnlyList<RawLogLine> lines)
    {
        for (int end = lines.Count; end > 0; end--)
            if (EndsWith(known, lines, end))
                return end;
        return null;
    }

    // True if the lines before the end are the last known ones, as far as the answer goes back.
    private static bool EndsWith(IReadOnlyList<RawLogLine> known, IReadOnlyList<RawLogLine> lines, int end)
    {
        for (int back = 1; back <= Math.Min(end, known.Count); back++)
            if (lines[end - back].Text != known[known.Count - back].Text)
                return false;
        return true;
    }
}
