using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace NodeManager.Parameters;

/// <summary>Hashtables as maps of text, the way that Kubernetes writes values: <c>$true</c> is <c>true</c>, nothing is empty.</summary>
internal static class TextMap
{
    public static Dictionary<string, string> From(IDictionary entries)
    {
        var map = new Dictionary<string, string>(entries.Count, StringComparer.Ordinal);
        foreach (DictionaryEntry entry in entries)
            map[Text(entry.Key)] = Text(entry.Value);
        return map;
    }

    /// <summary><c>a=1, b=2</c>.</summary>
    public static string Describe(IReadOnlyDictionary<string, string> map) =>
        string.Join(", ", map.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}"));

    private static string Text(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
    };
}
