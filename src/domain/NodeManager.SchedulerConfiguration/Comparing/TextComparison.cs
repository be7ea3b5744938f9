using System.Globalization;
using System.Text;

namespace NodeManager.SchedulerConfigurations.Comparing;

/// <summary>The line difference of two texts, in the format of <c>diff -u</c>.</summary>
public static class TextComparison
{
    private const int Context = 3;

    // Larger differences are reported as one block: the table of common lines would be too large.
    private const int TableLimit = 4_000_000;

    /// <summary>Empty for equal texts.</summary>
    public static string Unified(string before, string after, string beforeName = "before", string afterName = "after")
    {
        if (before == after)
            return "";
        var changes = Changes(before.Split('\n'), after.Split('\n'));
        var text = new StringBuilder().Append("--- ").Append(beforeName).Append('\n').Append("+++ ").Append(afterName).Append('\n');
        for (var index = 0; index < changes.Count; index++)
        {
            if (changes[index].Mark == ' ')
                continue;
            var start = Math.Max(0, index - Context);
            var end = index;
            for (var next = index; next < changes.Count && next - end <= 2 * Context; next++)
                if (changes[next].Mark != ' ')
                    end = next;
            end = Math.Min(changes.Count - 1, end + Context);
            AppendHunk(text, changes, start, end);
            index = end;
        }

        return text.ToString();
    }

    private static void AppendHunk(StringBuilder text, List<(char Mark, string Line)> changes, int start, int end)
    {
        var oldStart = changes.Take(start).Count(change => change.Mark != '+') + 1;
        var newStart = changes.Take(start).Count(change => change.Mark != '-') + 1;
        var hunk = changes.GetRange(start, end - start + 1);
        text.Append(
            CultureInfo.InvariantCulture,
            $"@@ -{oldStart},{hunk.Count(change => change.Mark != '+')} +{newStart},{hunk.Count(change => change.Mark != '-')} @@\n"
        );
        foreach (var (mark, line) in hunk)
            text.Append(mark).Append(line.TrimEnd('\r')).Append('\n');
    }

    private static List<(char Mark, string Line)> Changes(string[] before, string[] after)
    {
        var first = 0;
        while (first < Math.Min(before.Length, after.Length) && before[first] == after[first])
            first++;
        var last = 0;
        while (last < Math.Min(before.Length, after.Length) - first && before[^(last + 1)] == after[^(last + 1)])
            last++;
        var changes = before.Take(first).Select(line => (' ', line)).ToList();
        changes.AddRange(Middle(before[first..(before.Length - last)], after[first..(after.Length - last)]));
        changes.AddRange(before.Skip(before.Length - last).Select(line => (' ', line)));
        return changes;
    }

    private static IEnumerable<(char Mark, string Line)> Middle(string[] before, string[] after)
    {
        if ((long)before.Length * after.Length > TableLimit)
            return before.Select(line => ('-', line)).Concat(after.Select(line => ('+', line)));
        var common = new int[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        for (var j = after.Length - 1; j >= 0; j--)
            common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        var changes = new List<(char, string)>();
        int left = 0,
            right = 0;
        while (left < before.Length || right < after.Length)
        {
            if (left < before.Length && right < after.Length && before[left] == after[right])
            {
                changes.Add((' ', before[left++]));
                right++;
            }
            else if (left < before.Length && (right == after.Length || common[left + 1, right] >= common[left, right + 1]))
            {
                changes.Add(('-', before[left++]));
            }
            else
            {
                changes.Add(('+', after[right++]));
            }
        }

        return changes;
    }
}
