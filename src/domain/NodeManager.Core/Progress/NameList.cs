using System.Globalization;

namespace NodeManager.Core.Progress;

/// <summary>Names in a sentence.</summary>
public static class NameList
{
    private const int Limit = 6;

    /// <summary><c>a, b, c</c>; of many the first ones and a count: <c>a, b, c and 4,990 more</c>.</summary>
    public static string Of(IEnumerable<string> names, int shown = Limit)
    {
        string[] all = [.. names];
        // One more is named rather than counted.
        return all.Length <= shown + 1
            ? string.Join(", ", all)
            : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", all.Take(shown))} and {all.Length - shown:N0} more");
    }
}
