using System.Collections;
using System.Globalization;

namespace NodeManager.Parameters;

/// <summary>Labels or annotations: a hashtable, <c>key=value</c> text as in a CSV cell, or a list of both.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EntriesAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (Plain(inputData) is not (string or IList))
            return inputData;
        Hashtable entries = new(StringComparer.Ordinal);
        foreach (object? item in Plain(inputData) is IList list ? list : new[] { inputData })
            Add(item, entries);
        return entries;
    }

    private static void Add(object? item, Hashtable entries)
    {
        if (Plain(item) is IDictionary map)
        {
            foreach (DictionaryEntry entry in map)
                Add(Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "", entry.Value, entries);
            return;
        }

        if (Plain(item) is not string text || text.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var equals))
            throw new ArgumentTransformationMetadataException(
                $"'{item}' is not an entry. Use a hashtable, @{{ key = 'value' }}, or texts, 'key=value', 'key2=value2'."
            );
        Add(text[..equals], text[(equals + 1)..], entries);
    }

    private static void Add(string key, object? value, Hashtable entries)
    {
        if (entries.ContainsKey(key) && !Equals(Plain(entries[key]), Plain(value)))
            throw new ArgumentTransformationMetadataException($"The key '{key}' has two values: '{entries[key]}' and '{value}'.");
        entries[key] = value;
    }

    private static object? Plain(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
