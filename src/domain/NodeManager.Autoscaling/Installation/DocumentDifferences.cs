using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeManager.Autoscaling.Installation;

/// <summary>Compares two states of an object on the server.</summary>
internal static class DocumentDifferences
{
    private const int MostText = 200;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Fields that the server changes with every write.
    private static readonly string[] ServersOwn =
    [
        "resourceVersion",
        "generation",
        "managedFields",
        "uid",
        "creationTimestamp",
        "selfLink",
    ];

    /// <summary>Each different field except status and the server's own. Named list items are compared by name.</summary>
    public static IReadOnlyList<NodeFieldChange> Between(JsonObject before, JsonObject after)
    {
        List<NodeFieldChange> changes = [];
        Compare(Own(before), Own(after), "", changes);
        return changes;
    }

    private static JsonObject Own(JsonObject item)
    {
        var own = (JsonObject)item.DeepClone();
        own.Remove("status");
        if (own["metadata"] is JsonObject metadata)
            foreach (string name in ServersOwn)
                metadata.Remove(name);
        return own;
    }

    private static void Compare(JsonNode? before, JsonNode? after, string path, List<NodeFieldChange> changes)
    {
        if (JsonNode.DeepEquals(before, after))
            return;
        if (before is JsonObject old && after is JsonObject now)
        {
            foreach (string name in old.Select(static one => one.Key).Union(now.Select(static one => one.Key)))
                Compare(old[name], now[name], path.Length == 0 ? name : $"{path}.{name}", changes);
        }
        else if (
            before is JsonArray oldItems
            && after is JsonArray newItems
            && Named(oldItems) is { } oldByName
            && Named(newItems) is { } newByName
        )
        {
            foreach (string name in oldByName.Keys.Union(newByName.Keys))
                Compare(oldByName.GetValueOrDefault(name), newByName.GetValueOrDefault(name), $"{path}[{name}]", changes);
        }
        else
        {
            changes.Add(
                new()
                {
                    Field = path,
                    Before = Text(before),
                    After = Text(after),
                }
            );
        }
    }

    private static Dictionary<string, JsonNode?>? Named(JsonArray items)
    {
        var named = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (JsonNode? item in items)
            if (
                item is not JsonObject one
                || one["name"] is not JsonValue name
                || !name.TryGetValue(out string? text)
                || !named.TryAdd(text, item)
            )
                return null;
        return named;
    }

    private static string Text(JsonNode? node)
    {
        string text =
            node is null ? ""
            : node is JsonValue value && value.TryGetValue(out string? plain) ? plain
            : node.ToJsonString(Relaxed);
        return DisplayText.Truncate(text, MostText);
    }
}
