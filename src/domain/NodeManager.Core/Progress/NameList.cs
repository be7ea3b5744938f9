using System.Globalization;

namespace NodeManager.Core.Progress;

/// <summary>Names in a sentence.</summary>
public static class NameList
{
    private const int Limit = 6;

    /// <summary><c>a, b, c</c>; of many the first ones and a count: <c>a, b, c and 4,990 more</c>.</summary>
    public static string Of(IEnumerable<string> names, int limit = Limit)
    {
        string[] all = [.. names];
        // One more is named rather than counted.
        return all.Length <= limit + 1
            ? string.Join(", ", all)
            : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", all.Take(limit))} and {all.Length - limit:N0} more");
    }
}
