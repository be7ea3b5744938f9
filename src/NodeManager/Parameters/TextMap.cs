using System.Collections;
using System.Globalization;

namespace NodeManager.Parameters;

/// <summary>Converts hashtables to maps of text as Kubernetes writes values: <c>$true</c> is <c>true</c>.</summary>
internal static class TextMap
{
    /// <exception cref="NodeManagerException">
    /// InvalidLabelValue, InvalidAnnotationValue: a value is null, probably an unset variable, or not a single text.
    /// </exception>
    public static Dictionary<string, string> From(IDictionary entries, string errorId)
    {
        var map = new Dictionary<string, string>(entries.Count, StringComparer.Ordinal);
        foreach (DictionaryEntry entry in entries)
        {
            string key = Text(entry.Key)!;
            if (IsSeveral(entry.Value))
            {
                throw new NodeManagerException(
                    errorId,
                    ErrorKind.InvalidArgument,
                    $"The value of '{key}' is of type {Plain(entry.Value)!.GetType().Name}, not one text. Nothing was changed.",
                    key,
                    "Join the values: ($values -join ','). For structured values, use ($value | ConvertTo-Json -Compress)."
                );
            }

            map[key] =
                Text(entry.Value)
                ?? throw new NodeManagerException(
                    errorId,
                    ErrorKind.InvalidArgument,
                    $"The value of '{key}' is null. Nothing was changed.",
                    key,
                    "Use '' for an empty value."
                );
        }

        return map;
    }

    /// <summary>Combines the entries of a hashtable with one key and value.</summary>
    /// <exception cref="NodeManagerException">An invalid entry, a key without a value, or no entry.</exception>
    public static Dictionary<string, string> From(
        IDictionary? entries,
        string? key,
        string? value,
        string parameter,
        string keyErrorId,
        string valueErrorId
    )
    {
        if (key is null && (entries is null || value is not null))
        {
            throw new NodeManagerException(
                keyErrorId,
                ErrorKind.InvalidArgument,
                value is null ? "No key is given." : $"The value '{value}' has no key.",
                value,
                $"Use -{parameter} @{{ key = 'value' }}, or -Key and -Value."
            );
        }

        Dictionary<string, string> map = From(entries ?? new Hashtable(), valueErrorId);
        if (key is not null)
        {
            map[key] =
                value
                ?? throw new NodeManagerException(
                    valueErrorId,
                    ErrorKind.InvalidArgument,
                    $"The key '{key}' has no value.",
                    key,
                    "Use -Value, with '' for an empty value."
                );
        }

        return map;
    }

    /// <summary><c>a=1, b=2</c>.</summary>
    public static string Describe(IReadOnlyDictionary<string, string> map) =>
        string.Join(", ", map.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}"));

    // Their text would be a class name.
    private static bool IsSeveral(object? value) => Plain(value) is PSCustomObject or (IEnumerable and not string);

    private static object? Plain(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static string? Text(object? value) =>
        Plain(value) switch
        {
            null => null,
            bool flag => flag ? "true" : "false",
            var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
        };
}
