using System.Text.Json;

namespace NodeManager.Sandbox.Model.Resources;

/// <summary>A field that field selectors may name.</summary>
internal sealed class SelectableField(string path, string unset = "", bool isIndexed = false)
{
    private readonly string[] _steps = path.Split('.');

    public string Path { get; } = path;

    /// <summary>The store has an index of the field; at most one per kind.</summary>
    public bool IsIndexed { get; } = isIndexed;

    /// <summary>Null counts as empty.</summary>
    public string? Read(JsonObject document)
    {
        JsonNode? node = document;
        foreach (string step in _steps)
        {
            node = (node as JsonObject)?[step];
            if (node is null)
                return unset.Length == 0 ? null : unset;
        }

        return node.GetValueKind() switch
        {
            JsonValueKind.String => (string?)node,
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Number => node.ToJsonString(),
            _ => null,
        };
    }
}
