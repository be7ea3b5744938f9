using System.Text.Json.Nodes;

namespace NodeManager.Core.Nodes.Editing;

/// <summary>
/// Compares a node with what a person saw before they requested a change, so that the change does not overwrite another one that they have not seen. Pure.
/// </summary>
internal static class SeenValues
{
    /// <summary>Compares a label.</summary>
    /// <param name="node">As it is.</param>
    /// <param name="name">Of the node.</param>
    /// <param name="key">Of the label.</param>
    /// <param name="seen">Its value as seen; null: it was absent.</param>
    /// <param name="wanted">Its value after the change; null: it is to be absent. A node that has it so already has no conflict.</param>
    /// <exception cref="NodeManagerException">Conflict.</exception>
    public static void CheckLabel(JsonObject node, string name, string key, string? seen, string? wanted) =>
        Check($"Label '{key}' of node '{name}'", node["metadata"]?["labels"]?[key]?.GetValue<string>(), seen, wanted, name);

    /// <summary>Compares the taint of a key and an effect.</summary>
    /// <param name="taints">Of the node, as they are.</param>
    /// <param name="name">Of the node.</param>
    /// <param name="taint">Its key and effect.</param>
    /// <param name="seen">Its value as seen; null: it was absent.</param>
    /// <param name="wanted">Its value after the change; null: it is to be absent.</param>
    /// <exception cref="NodeManagerException">Conflict.</exception>
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
