using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Model.Documents;

/// <summary>Reading documents that may not have what is looked for.</summary>
internal static class JsonReading
{
    private const int MostRemovedSingly = 8;

    /// <summary>The text of a member, null if there is none or it is no text.</summary>
    public static string? Text(this JsonObject? owner, string member) =>
        owner?[member] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static long? Number(this JsonObject? owner, string member) => owner?[member].AsNumber();

    /// <summary>A whole number, whether it was read from a text or put there by code; null if it is none.</summary>
    public static long? AsNumber(this JsonNode? node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
            return null;
        return value.TryGetValue(out long number) ? number
            : value.TryGetValue(out int small) ? small
            : null;
    }

    /// <summary>A moment, as the API writes it; null if it is none.</summary>
    public static DateTimeOffset? Time(this JsonObject? owner, string member) =>
        DateTimeOffset.TryParse(owner.Text(member), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : null;

    public static bool? Flag(this JsonObject? owner, string member) =>
        owner?[member] is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    public static JsonObject? Object(this JsonObject? owner, string member) => owner?[member] as JsonObject;

    public static JsonArray? Array(this JsonObject? owner, string member) => owner?[member] as JsonArray;

    /// <summary>The object that a member holds, made if there is none.</summary>
    /// <exception cref="InvalidOperationException">It holds something else.</exception>
    public static JsonObject Ensure(this JsonObject owner, string member)
    {
        if (owner[member] is { } existing)
            return existing as JsonObject ?? throw new InvalidOperationException($"{member} is not an object.");
        var made = new JsonObject();
        owner[member] = made;
        return made;
    }

    /// <summary>
    /// Removes members. <see cref="JsonObject.Remove(string)"/> moves all members behind the removed one, so many of them are left out of a
    /// rebuilt object instead.
    /// </summary>
    public static void RemoveAll(this JsonObject owner, IReadOnlyCollection<string> members)
    {
        if (members.Count <= MostRemovedSingly)
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

    /// <summary>Sets what is not there.</summary>
    public static void Default(this JsonObject owner, string member, JsonNode value)
    {
        if (owner[member] is null)
            owner[member] = value;
    }
}
