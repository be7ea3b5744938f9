using System.Globalization;
using System.Text.Json;

namespace NodeManager.Sandbox.Model.Documents;

internal static class JsonReading
{
    private const int MaximumSingleRemovals = 8;

    public static string? Text(this JsonObject? owner, string member) =>
        owner?[member] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static long? Number(this JsonObject? owner, string member) => owner?[member].AsNumber();

    /// <summary>A whole number, parsed or assigned; null for other nodes.</summary>
    public static long? AsNumber(this JsonNode? node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
            return null;
        return value.TryGetValue(out long number) ? number
            : value.TryGetValue(out int small) ? small
            : null;
    }

    public static DateTimeOffset? Time(this JsonObject? owner, string member) =>
        DateTimeOffset.TryParse(owner.Text(member), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : null;

    public static bool? Flag(this JsonObject? owner, string member) =>
        owner?[member] is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    public static JsonObject? Object(this JsonObject? owner, string member) => owner?[member] as JsonObject;

    public static JsonArray? Array(this JsonObject? owner, string member) => owner?[member] as JsonArray;

    /// <summary>The objects of a list; none if it is missing.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonObject? owner, string member) => owner.Array(member)?.OfType<JsonObject>() ?? [];

    /// <summary>The texts of a list; none if it is missing.</summary>
    public static IEnumerable<string> Texts(this JsonObject? owner, string member) =>
        owner.Array(member)?.Select(static item => (string?)item ?? "") ?? [];

    /// <summary>The object in a member, created if missing.</summary>
    public static JsonObject Ensure(this JsonObject owner, string member)
    {
        if (owner[member] is { } existing)
            return existing as JsonObject ?? throw new InvalidOperationException($"{member} is not an object.");
        var created = new JsonObject();
        owner[member] = created;
        return created;
    }

    /// <summary>Sets a member as another object has it, or removes it.</summary>
    public static void CopyMember(this JsonObject owner, JsonObject from, string member)
    {
        if (from[member] is { } value)
            owner[member] = value.DeepClone();
        else
            owner.Remove(member);
    }

    /// <summary>
    /// Removes members. <see cref="JsonObject.Remove(string)"/> shifts all following members, so many are removed by a rebuild.
    /// </summary>
    public static void RemoveAll(this JsonObject owner, IReadOnlyCollection<string> members)
    {
        if (members.Count <= MaximumSingleRemovals)
        {
            foreach (string member in members)
                owner.Remove(member);
            return;
        }

        HashSet<string> removed = new(members, StringComparer.Ordinal);
        KeyValuePair<string, JsonNode?>[] kept = [.. owner.Where(pair => !removed.Contains(pair.Key))];
        owner.Clear();
        foreach ((string member, JsonNode? value) in kept)
            owner.Add(member, value);
    }

    public static void Default(this JsonObject owner, string member, JsonNode value)
    {
        if (owner[member] is null)
            owner[member] = value;
    }
}
