using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace NodeManager.Parameters;

/// <summary>Hashtables as maps of text, the way that Kubernetes writes values: <c>$true</c> is <c>true</c>.</summary>
internal static class TextMap
{
    /// <exception cref="NodeManagerException">InvalidLabelValue, InvalidAnnotationValue: a value is null; most likely a variable that was never set.</exception>
    public static Dictionary<string, string> From(IDictionary entries, string errorId)
    {
        var map = new Dictionary<string, string>(entries.Count, StringComparer.Ordinal);
        foreach (DictionaryEntry entry in entries)
        {
            string key = Text(entry.Key)!;
            map[key] = Text(entry.Value) ?? throw new NodeManagerException(
                errorId, ErrorKind.InvalidArgument, $"The value of '{key}' is null.", key, "Write '' for an empty value; nothing was changed.");
        }

        return map;
    }

    /// <summary><c>a=1, b=2</c>.</summary>
    public static string Describe(IReadOnlyDictionary<string, string> map) =>
        string.Join(", ", map.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}"));

    private static string? Text(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => null,
        bool flag => flag ? "true" : "false",
        var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
    };
}
