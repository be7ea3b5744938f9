using System.Text.Json;

namespace NodeManager.Sandbox.Model.Documents;

/// <summary>Formats documents as Go's messages do.</summary>
internal static class GoText
{
    public static string Of(JsonNode? node) =>
        node switch
        {
            null => "<nil>",
            JsonObject map => $"map[{string.Join(' ', Sorted(map).Select(static pair => $"{pair.Key}:{Of(pair.Value)}"))}]",
            JsonArray list => $"[{string.Join(' ', list.Select(Of))}]",
            _ => node.GetValueKind() == JsonValueKind.String ? (string)node! : node.ToJsonString(),
        };

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Sorted(JsonObject map) =>
        map.OrderBy(static pair => pair.Key, StringComparer.Ordinal);
}
