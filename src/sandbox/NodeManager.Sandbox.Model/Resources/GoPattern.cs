using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace NodeManager.Sandbox.Model.Resources;

/// <summary>
/// Translates Go patterns (RE2): no lookaround or backreferences, and linear time. Classes are ASCII, <c>$</c> is the end of the text.
/// Source: https://pkg.go.dev/regexp/syntax
/// </summary>
internal static class GoPattern
{
    // Large automata are slow too.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    // A pattern takes up to a millisecond, and each cluster reads those of its definitions when it checks and when it serves them.
    private static readonly ConcurrentDictionary<string, Regex?> Known = new(StringComparer.Ordinal);
    private const int MostKnown = 256;

    /// <summary>Null if invalid.</summary>
    public static Regex? Read(string pattern)
    {
        if (Known.TryGetValue(pattern, out Regex? known))
            return known;
        if (Known.Count >= MostKnown)
            Known.Clear();
        return Known[pattern] = Compile(pattern);
    }

    private static Regex? Compile(string pattern)
    {
        try
        {
            return new(Translate(pattern), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Limit);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static string Translate(string pattern)
    {
        StringBuilder text = new(pattern.Length + 16);
        bool isInClass = false;
        // A bracket at the start of a class is literal.
        int firstOfClass = -1;
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                text.Append(Escape(pattern[++i], isInClass));
                continue;
            }

            if (c == '[' && !isInClass)
                (isInClass, firstOfClass) = (true, i + 1 < pattern.Length && pattern[i + 1] == '^' ? i + 2 : i + 1);
            else if (c == ']' && i != firstOfClass)
                isInClass = false;
            // Multiline flags are rare in schemas, and .NET's semantics match.
            if (c == '$' && !isInClass && !pattern.StartsWith("(?m", StringComparison.Ordinal))
                text.Append(@"\z");
            else if (c == 'P' && !isInClass && text.Length > 1 && text[^1] == '?' && text[^2] == '(')
                continue;
            else
                text.Append(c);
        }

        return text.ToString();
    }

    private static string Escape(char c, bool isInClass) =>
        (c, isInClass) switch
        {
            ('d', true) => "0-9",
            ('d', false) => "[0-9]",
            ('w', true) => "0-9A-Za-z_",
            ('w', false) => "[0-9A-Za-z_]",
            ('s', true) => @"\t\n\f\r ",
            ('s', false) => @"[\t\n\f\r ]",
            ('D', false) => "[^0-9]",
            ('W', false) => "[^0-9A-Za-z_]",
            ('S', false) => @"[^\t\n\f\r ]",
            _ => "\\" + c,
        };
}
