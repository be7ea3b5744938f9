using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ModelContextProtocol.Protocol;

namespace NodeManager.Server.Agents.Tools;

/// <summary>
/// Results for agents. Text of the cluster is data in the structured content: control and invisible characters are escaped, long text is
/// truncated, and no such text is outside of the JSON.
/// </summary>
internal static class AgentAnswer
{
    /// <summary>Fits labels, conditions and events.</summary>
    public const int MaximumTextLength = 400;

    /// <summary>Without unnecessary escapes, which cost tokens.</summary>
    public static JsonSerializerOptions Options { get; } =
        new(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
        };

    /// <summary>A result without null fields.</summary>
    /// <param name="data">An object of records and collections.</param>
    /// <param name="longest">The limit of text, if it differs.</param>
    public static CallToolResult Of(object data, int longest = MaximumTextLength) => Result(data, longest, isError: false);

    /// <summary>An error with advice.</summary>
    public static CallToolResult Of(NodeManagerException failure) =>
        Result(
            new
            {
                Error = failure.ErrorId,
                failure.Message,
                Action = AgentAdvice.For(failure),
            },
            MaximumTextLength,
            isError: true
        );

    /// <summary>An internal error without details.</summary>
    public static CallToolResult Defect() =>
        Result(
            new { Error = "InternalError", Message = "The call failed for an unexpected reason; the server's log has it." },
            MaximumTextLength,
            isError: true
        );

    private static CallToolResult Result(object data, int longest, bool isError)
    {
        JsonNode clean = Clean(JsonSerializer.SerializeToNode(data, Options)!, longest);
        return new()
        {
            // For clients without structured content.
            Content = [new TextContentBlock { Text = clean.ToJsonString(Options) }],
            StructuredContent = JsonSerializer.SerializeToElement(clean, Options),
            IsError = isError,
        };
    }

    /// <summary>Sanitizes and truncates texts and field names of the cluster.</summary>
    internal static JsonNode Clean(JsonNode node, int longest) =>
        node switch
        {
            JsonObject map => new JsonObject(
                map.Select(field => KeyValuePair.Create(Text(field.Key, longest), field.Value is null ? null : Clean(field.Value, longest)))
                    // Keys may be equal after truncation.
                    .DistinctBy(static field => field.Key)
            ),
            JsonArray list => new JsonArray([.. list.Select(item => item is null ? null : Clean(item, longest))]),
            JsonValue value when value.GetValueKind() == JsonValueKind.String => JsonValue.Create(Text(value.GetValue<string>(), longest)),
            _ => node.DeepClone(),
        };

    private static string Text(string text, int longest) => DisplayText.EscapeLines(DisplayText.Truncate(text, longest));
}

/// <param name="Items">Sorted by key.</param>
/// <param name="NextCursor">Null on the last page.</param>
/// <param name="Total">The length of the whole list.</param>
internal sealed record AgentPage<T>(IReadOnlyList<T> Items, string? NextCursor, int Total)
{
    /// <summary>The page size limit.</summary>
    public const int MaximumSize = 100;

    private const string CursorPrefix = "after:";

    /// <summary>The page after a cursor. A cursor is the key of the last returned item, so that concurrent changes shift nothing.</summary>
    public static AgentPage<T> Of(IEnumerable<T> items, Func<T, string> key, int limit, string? cursor)
    {
        if (limit is < 1 or > MaximumSize)
            throw new NodeManagerException(
                "InvalidLimit",
                ErrorKind.InvalidArgument,
                $"'limit' is {limit}; it takes 1 to {MaximumSize}.",
                limit
            );
        string? after = cursor is { Length: > 0 } ? Read(cursor) : null;
        List<T> all = [.. items.OrderBy(key, StringComparer.Ordinal)];
        List<T> rest = after is not null ? [.. all.Where(item => string.CompareOrdinal(key(item), after) > 0)] : all;
        return new([.. rest.Take(limit)], rest.Count > limit ? CursorPrefix + key(rest[limit - 1]) : null, all.Count);
    }

    // Refuses an invalid cursor, which would silently skip items.
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
