using System.Text.Json.Nodes;

namespace NodeManager.Core.Nodes.Editing;

/// <summary>Edits a node's labels or annotations.</summary>
internal static class EntryEdit
{
    /// <summary>A merge patch of these keys alone; null removes one.</summary>
    /// <param name="field"><c>labels</c> or <c>annotations</c>.</param>
    public static JsonObject Patch(string field, IEnumerable<KeyValuePair<string, string?>> entries) =>
        new()
        {
            ["metadata"] = new JsonObject { [field] = new JsonObject(entries.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value))) },
        };

    /// <summary>A patch of the missing keys, or null if all exist with these values.</summary>
    /// <exception cref="NodeManagerException">ValueExists, naming every key that has another value.</exception>
    public static JsonObject? SetMissing(JsonObject node, string field, IReadOnlyDictionary<string, string> entries, string name)
    {
        var current = node["metadata"]?[field] as JsonObject;
        var missing = new List<KeyValuePair<string, string?>>();
        var others = new List<string>();
        foreach ((string key, string value) in entries)
        {
            if (current?[key]?.GetValue<string>() is not { } there)
                missing.Add(new(key, value));
            else if (there != value)
                others.Add($"{key}={there}");
        }

        if (others.Count > 0)
            throw new NodeManagerException(
                ErrorIds.ValueExists,
                ErrorKind.ResourceExists,
                $"Node '{name}' already has {field} of these keys with other values: {string.Join(", ", others)}.",
                name,
                "To change them, use -Overwrite."
            );
        return missing.Count == 0 ? null : Patch(field, missing);
    }

    /// <summary>A patch that removes the existing keys, patterns included; null if there is none.</summary>
    public static JsonObject? Remove(JsonObject node, string field, IReadOnlyCollection<string> keys)
    {
        string[] gone =
        [
            .. (node["metadata"]?[field] as JsonObject ?? []).Select(e => e.Key).Where(key => keys.Any(k => KeyPatterns.Matches(k, key))),
        ];
        return gone.Length == 0 ? null : Patch(field, gone.Select(k => KeyValuePair.Create(k, (string?)null)));
    }

    /// <summary>The part of a node read before that these edits use.</summary>
    public static JsonObject Document(ClusterNode known) =>
        new()
        {
            ["metadata"] = new JsonObject { ["labels"] = Entries(known.Labels), ["annotations"] = Entries(known.Annotations) },
        };

    private static JsonObject Entries(StringMap map) => new(map.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value)));
}
