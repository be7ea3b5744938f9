using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Maintenance.State;

namespace NodeManager.Core.Maintenance.Running;

/// <summary>Options as text: to compare them, and to lay some over others.</summary>
internal static class OptionText
{
    /// <summary>The stored options, with what the given ones have that is not the default in its place.</summary>
    public static MaintenanceOptions Overlay(MaintenanceOptions stored, MaintenanceOptions given)
    {
        JsonObject result = Write(stored);
        Overlay(result, Write(given), Write(new()));
        return result.Deserialize(MaintenanceJson.Default.MaintenanceOptions)!;
    }

    /// <summary>The same for the same options and the same work.</summary>
    public static string Fingerprint(MaintenanceOptions options, string work) => Hash(Write(options).ToJsonString() + "\n" + work);

    /// <summary>Of a script's text, whose line ends do not count; empty for none.</summary>
    public static string HashWork(string text) => text.Length == 0 ? "" : Hash(text.ReplaceLineEndings("\n").Trim());

    private static void Overlay(JsonObject onto, JsonObject given, JsonObject defaults)
    {
        foreach ((string key, JsonNode? value) in given)
        {
            if (JsonNode.DeepEquals(value, defaults[key])) continue;
            if (value is JsonObject part && onto[key] is JsonObject below) Overlay(below, part, defaults[key] as JsonObject ?? []);
            else onto[key] = value?.DeepClone();
        }
    }

    private static JsonObject Write(MaintenanceOptions options) =>
        JsonSerializer.SerializeToNode(options, MaintenanceJson.Default.MaintenanceOptions)!.AsObject();

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
}
