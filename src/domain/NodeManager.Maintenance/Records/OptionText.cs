using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeManager.Maintenance.Options;

namespace NodeManager.Maintenance.Records;

/// <summary>Serializes options to compare and to overlay them.</summary>
internal static class OptionText
{
    // With every property, so that an explicit default is distinguished from a missing one.
    private static readonly MaintenanceJson Complete = new(
        new JsonSerializerOptions(MaintenanceJson.Default.Options)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.Never,
            TypeInfoResolver = null,
        }
    );

    /// <summary>The stored options, overridden by those of the request.</summary>
    public static MaintenanceOptions Overlay(MaintenanceOptions stored, MaintenanceRequest request)
    {
        JsonObject result = WriteAll(stored);
        HashSet<string> always = [.. request.Explicit.Select(JsonNamingPolicy.CamelCase.ConvertName)];
        Overlay(result, WriteAll(request.Options), WriteAll(new()), always);
        return result.Deserialize(Complete.MaintenanceOptions)!;
    }

    /// <summary>Equal for the same options and the same work.</summary>
    public static string Fingerprint(MaintenanceOptions options, string work) => Hash(Write(options).ToJsonString() + "\n" + work);

    /// <summary>Ignores the kind of line breaks; empty for no script.</summary>
    public static string HashWork(string text) => text.Length == 0 ? "" : Hash(text.ReplaceLineEndings("\n").Trim());

    private static void Overlay(JsonObject onto, JsonObject given, JsonObject defaults, HashSet<string> always)
    {
        foreach ((string key, JsonNode? value) in given)
        {
            if (value is JsonObject part && onto[key] is JsonObject below)
                Overlay(below, part, defaults[key] as JsonObject ?? [], always);
            else if (always.Contains(key) || !JsonNode.DeepEquals(value, defaults[key]))
                onto[key] = value?.DeepClone();
        }
    }

    private static JsonObject WriteAll(MaintenanceOptions options) =>
        JsonSerializer.SerializeToNode(options, Complete.MaintenanceOptions)!.AsObject();

    private static JsonObject Write(MaintenanceOptions options) =>
        JsonSerializer.SerializeToNode(options, MaintenanceJson.Default.MaintenanceOptions)!.AsObject();

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
}
