using System.Text;

namespace NodeManager.Sandbox.Http;

/// <summary>Formats Warning headers as API servers do (RFC 7234, code 299).</summary>
internal static class WarningHeader
{
    private const int MostCharacters = 4096;
    private const int MostOfEachCharacters = 256;

    /// <summary>
    /// Removes duplicates. As in an API server, long warnings are truncated and the total is limited, so that clients can read the head.
    /// </summary>
    public static IReadOnlyList<string> Format(IReadOnlyList<string> warnings)
    {
        if (warnings.Count == 0)
            return [];
        string[] each = [.. warnings.Where(static text => text.Length > 0).Distinct(StringComparer.Ordinal)];
        if (each.Sum(static text => (long)text.Length) <= MostCharacters)
            return [.. each.Select(Quote)];

        List<string> values = [];
        int written = 0;
        foreach (string text in each)
        {
            if (written >= MostCharacters)
                break;
            string cut = text.Length > MostOfEachCharacters ? text[..MostOfEachCharacters] : text;
            written += cut.Length;
            values.Add(Quote(cut));
        }

        return values;
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("299 - \"");
        foreach (char character in text)
        {
            if (character is '"' or '\\')
                quoted.Append('\\');
            quoted.Append(character is < ' ' or > '~' ? ' ' : character);
        }

        return quoted.Append('"').ToString();
    }
}
