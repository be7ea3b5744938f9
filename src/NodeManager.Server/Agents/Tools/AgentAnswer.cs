using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ModelContextProtocol.Protocol;

namespace NodeManager.Server.Agents.Tools;

/// <summary>
/// Answers for agents. What the cluster's users wrote is data in the structured content: hidden and control characters are shown as escapes, long
/// text is cut, and no text of the cluster stands outside of the JSON.
/// </summary>
internal static class AgentAnswer
{
    /// <summary>No value is longer; labels, conditions and events fit.</summary>
    public const int LongestText = 400;

    /// <summary>How tools read and write JSON. Text that needs no escape in JSON gets none: escapes cost tokens.</summary>
    public static JsonSerializerOptions Options { get; } =
        new(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
        };

    /// <summary>An answer. Null fields are left out.</summary>
    /// <param name="data">An object of records and collections.</param>
    /// <param name="longest">Of a text, where one of its own is asked for.</param>
    public static CallToolResult Of(object data, int longest = LongestText) => Result(data, longest, isError: false);

    /// <summary>A refusal that the agent can read and act on.</summary>
    public static CallToolResult Of(NodeManagerException failure) =>
        Result(
            new
            {
                Error = failure.ErrorId,
                failure.Message,
                Action = AgentAdvice.For(failure),
            },
            LongestText,
            isError: true
        );

    /// <summary>The same for an internal error, whose details are not shown.</summary>
    public static CallToolResult Defect() =>
        Result(
            new { Error = "InternalError", Message = "The call failed for an unexpected reason; the server's log has it." },
            LongestText,
            isError: true
        );

    private static CallToolResult Result(object data, int longest, bool isError)
    {
        JsonNode clean = Clean(JsonSerializer.SerializeToNode(data, Options)!, longest);
        return new()
        {
            // Clients without structured content read this.
            Content = [new TextContentBlock { Text = clean.ToJsonString(Options) }],
            StructuredContent = JsonSerializer.SerializeToElement(clean, Options),
            IsError = isError,
        };
    }

    /// <summary>Every text and every name of a field that came from the cluster, made safe to read and short enough.</summary>
    internal static JsonNode Clean(JsonNode node, int longest) =>
        node switch
        {
            JsonObject map => new JsonObject(
                map.Select(field => KeyValuePair.Create(Text(field.Key, longest), field.Value is null ? null : Clean(field.Value, longest)))
                    // Two keys that differ in what is cut.
                    .DistinctBy(static field => field.Key)
            ),
            JsonArray list => new JsonArray([.. list.Select(item => item is null ? null : Clean(item, longest))]),
            JsonValue value when value.GetValueKind() == JsonValueKind.String => JsonValue.Create(Text(value.GetValue<string>(), longest)),
            _ => node.DeepClone(),
        };

    private static string Text(string text, int longest) => DisplayText.EscapeLines(text.Length > longest ? text[..longest] + "…" : text);
}

/// <summary>A part of a list, and where the next one begins.</summary>
/// <param name="Items">In the order of their keys.</param>
/// <param name="NextCursor">For the next call; null at the end.</param>
/// <param name="Total">Of the whole list.</param>
internal sealed record AgentPage<T>(IReadOnlyList<T> Items, string? NextCursor, int Total)
{
    /// <summary>How many items a call may ask for.</summary>
    public const int Most = 100;

    private const string CursorPrefix = "after:";

    /// <summary>The part after a cursor. A cursor is the key of the last item seen, so that items that come and go in between shift nothing.</summary>
    public static AgentPage<T> Of(IEnumerable<T> items, Func<T, string> key, int limit, string? cursor)
    {
        if (limit is < 1 or > Most)
            throw new NodeManagerException("InvalidLimit", ErrorKind.InvalidArgument, $"'limit' is {limit}; it takes 1 to {Most}.", limit);
        string? after = cursor is { Length: > 0 } ? Read(cursor) : null;
        List<T> all = [.. items.OrderBy(key, StringComparer.Ordinal)];
        List<T> rest = after is not null ? [.. all.Where(item => string.CompareOrdinal(key(item), after) > 0)] : all;
        return new([.. rest.Take(limit)], rest.Count > limit ? CursorPrefix + key(rest[limit - 1]) : null, all.Count);
    }

    // A name of its own, or a misspelled cursor, would otherwise skip items without a word.
    private static string Read(string cursor) =>
        cursor.StartsWith(CursorPrefix, StringComparison.Ordinal)
            ? cursor[CursorPrefix.Length..]
            : throw new NodeManagerException(
                "InvalidCursor",
                ErrorKind.InvalidArgument,
                $"'{DisplayText.Escape(cursor)}' is not a cursor.",
                null,
                "Use nextCursor of the page before, or omit 'cursor' for the first page."
            );
}
