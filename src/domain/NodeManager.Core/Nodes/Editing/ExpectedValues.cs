using System.Text.Json.Nodes;

namespace NodeManager.Core.Nodes.Editing;

/// <summary>
/// Compares a node with the values that a person saw before they requested a change, so that the change does not overwrite one that they
/// have not seen.
/// </summary>
internal static class ExpectedValues
{
    /// <param name="seen">The value seen; null: absent.</param>
    /// <param name="wanted">The value after the change; null: absent. A node that already has it has no conflict.</param>
    public static void CheckLabel(JsonObject node, string name, string key, string? seen, string? wanted) =>
        Check($"Label '{key}' of node '{name}'", node["metadata"]?["labels"]?[key]?.GetValue<string>(), seen, wanted, name);

    /// <param name="seen">The value seen; null: absent.</param>
    /// <param name="wanted">The value after the change; null: absent.</param>
    public static void CheckTaint(JsonArray? taints, string name, (string Key, string Effect) taint, string? seen, string? wanted)
    {
        JsonNode? there = taints?.FirstOrDefault(one => Text(one, "key") == taint.Key && Text(one, "effect") == taint.Effect);
        Check($"Taint '{taint.Key}:{taint.Effect}' of node '{name}'", there is null ? null : Text(there, "value"), seen, wanted, name);
    }

    private static string Text(JsonNode? taint, string field) => taint?[field]?.GetValue<string>() ?? "";

    private static void Check(string what, string? now, string? seen, string? wanted, string node)
    {
        if (now == seen || now == wanted)
            return;
        throw new NodeManagerException(
            ErrorIds.Conflict,
            ErrorKind.ResourceBusy,
            $"{what} was changed by another client: it was {Shown(seen)} and is {Shown(now)} now. Nothing was changed.",
            node,
            "Check the new value, and repeat the change if it still applies."
        );
    }

    private static string Shown(string? value) => value is null ? "absent" : $"'{value}'";
}
