using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Semantics;

/// <summary>One of the two servers: sends, and remembers what it gave, so that the same request can be put to each in its own words.</summary>
internal sealed partial class ApiSide(Uri server, HttpMessageHandler transport) : IDisposable
{
    private readonly HttpClient _http = new(transport) { BaseAddress = server, Timeout = Eventually.Limit };
    private readonly Dictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _versions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _listVersions = new(StringComparer.Ordinal);
    private string _continue = "";

    /// <summary>The object as it was last answered; null where there is none.</summary>
    public JsonObject? Last(string path) => _objects.GetValueOrDefault(path);

    /// <summary>The versions that an object, or a collection, was seen at.</summary>
    public IReadOnlyList<string> Versions(string path) => _versions.GetValueOrDefault(path) ?? [];

    /// <param name="step">The request.</param>
    /// <param name="origin">The object from which its body was made; null where it was not.</param>
    public async Task<ApiAnswer> SendAsync(ApiStep step, JsonObject? origin)
    {
        // Where the body was written from JSON, the brackets are escaped.
        string? body = step.Body?.Replace("\\u27E6", "⟦", StringComparison.Ordinal).Replace("\\u27E7", "⟧", StringComparison.Ordinal);
        if (body is not null && step.IsFromCurrent && origin is not null && Last(step.Target) is { } own && !ReferenceEquals(own, origin))
        {
            JsonNode? localized = Localize(JsonNode.Parse(body), origin, own);
            body = (localized?.ToJsonString() ?? "null")
                .Replace("\\u27E6", "⟦", StringComparison.Ordinal)
                .Replace("\\u27E7", "⟧", StringComparison.Ordinal);
        }

        using var request = new HttpRequestMessage(new(step.Method), Resolve(step.Path, step.Target, Uri.EscapeDataString));
        request.Headers.TryAddWithoutValidation("Accept", step.Accept ?? "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "compare/v1");
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Resolve(body, step.Target, static text => text)));
            if (step.ContentType.Length > 0)
                request.Content.Headers.TryAddWithoutValidation("Content-Type", step.ContentType);
        }

        using HttpResponseMessage answer = await _http.SendAsync(request);
        string text = await answer.Content.ReadAsStringAsync();
        return new((int)answer.StatusCode, Parse(text), text, Warnings(answer), Shown(answer));
    }

    /// <summary>Takes notice of what a request has changed.</summary>
    public void Note(ApiStep step, ApiAnswer answer)
    {
        if (!answer.IsSuccess || step.Path.Contains("dryRun=All", StringComparison.Ordinal) || answer.Json is not JsonObject body)
            return;
        if ((string?)body["kind"] == step.Kind.Kind && body["metadata"] is JsonObject)
            Note(step.Kind, body);
        if (body["items"] is JsonArray items && (string?)body["kind"] == step.Kind.Kind + "List")
        {
            if (step.Method == "GET" && (string?)body["metadata"]?["resourceVersion"] is { } version)
            {
                _listVersions[step.Target] = version;
                _continue = (string?)body["metadata"]?["continue"] ?? _continue;
            }

            foreach (JsonObject item in items.OfType<JsonObject>())
                Note(step.Kind, item);
        }
    }

    /// <summary>Forgets an object that is no more.</summary>
    public void Forget(string path)
    {
        _objects.Remove(path);
        _versions.Remove(path);
    }

    public void Dispose() => _http.Dispose();

    private void Note(ApiKind kind, JsonObject item)
    {
        if (item["metadata"] is not JsonObject metadata || (string?)metadata["name"] is not { } name)
            return;
        string path = $"{kind.Collection((string?)metadata["namespace"] ?? "")}/{name}";
        _objects[path] = item;
        if ((string?)metadata["resourceVersion"] is not { Length: > 0 } version)
            return;
        if (!_versions.TryGetValue(path, out List<string>? seen))
            _versions[path] = seen = [];
        if (seen.Count == 0 || seen[^1] != version)
            seen.Add(version);
    }

    // ⟦rv⟧ the newest version seen of the object, ⟦old⟧ an earlier one, ⟦uid⟧, ⟦list⟧ the version of the last list, ⟦continue⟧ the last token.
    private string Resolve(string text, string target, Func<string, string> escape) =>
        Placeholder()
            .Replace(
                text,
                match =>
                    escape(
                        match.Groups[1].Value switch
                        {
                            "rv" => Versions(target) is [.., var newest] ? newest : "7",
                            "old" => Versions(target) is [var first, _, ..] ? first : "3",
                            "uid" => (string?)Last(target)?["metadata"]?["uid"] ?? "none",
                            "list" => _listVersions.GetValueOrDefault(target) ?? "1",
                            "continue" => _continue.Length > 0 ? _continue : "bm9uZQ",
                            var other => throw new ArgumentException($"No value stands for {other}.", nameof(text)),
                        }
                    )
            );

    // What was taken over from the other's object as it was becomes what stands in the own one at the same place.
    private static JsonNode? Localize(JsonNode? node, JsonNode? origin, JsonNode? own)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (string name in map.Select(static pair => pair.Key).ToArray())
                {
                    JsonNode? value = map[name];
                    JsonNode? localized = Localize(value, (origin as JsonObject)?[name], (own as JsonObject)?[name]);
                    if (!ReferenceEquals(value, localized))
                        map[name] = localized;
                }

                return map;
            case JsonArray list:
                for (int i = 0; i < list.Count; i++)
                {
                    JsonNode? value = list[i];
                    JsonNode? localized = Localize(value, At(origin, i), At(own, i));
                    if (!ReferenceEquals(value, localized))
                        list[i] = localized;
                }

                return list;
            case JsonValue value when origin is JsonValue before && own is JsonValue && JsonNode.DeepEquals(value, before):
                return own.DeepClone();
            default:
                return node;
        }
    }

    private static JsonNode? At(JsonNode? list, int index) => list is JsonArray array && index < array.Count ? array[index] : null;

    private static JsonNode? Parse(string text)
    {
        if (text.Length == 0 || text[0] is not ('{' or '['))
            return null;
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string[] Warnings(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Warning", out IEnumerable<string>? values)
            ?
            [
                .. values.SelectMany(static value =>
                    WarningHeaderValue.TryParse(value, out WarningHeaderValue? one) ? [one.Text] : new[] { value }
                ),
            ]
            : [];

    private static string[] Shown(HttpResponseMessage answer) =>
        [
            "Content-Type: " + answer.Content.Headers.ContentType?.MediaType,
            .. answer.Headers.RetryAfter is { } wait ? (string[])[$"Retry-After: {wait}"] : [],
            .. answer.Content.Headers.Allow.Count > 0 ? (string[])["Allow: " + string.Join(", ", answer.Content.Headers.Allow)] : [],
        ];

    [GeneratedRegex("⟦([a-z]+)⟧")]
    private static partial Regex Placeholder();
}
