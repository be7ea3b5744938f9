using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NodeManager.Conformance.Semantics;

/// <summary>Takes out of an answer what differs from cluster to cluster; versions and UIDs become what they are to those seen before.</summary>
internal static partial class AnswerNormalizer
{
    /// <param name="answer">What was answered; stays as it is.</param>
    /// <param name="step">To what.</param>
    /// <param name="side">Who answered, before it takes notice of the answer.</param>
    public static JsonNode? Normalize(ApiAnswer answer, ApiStep step, ApiSide side)
    {
        if (answer.Json is not JsonObject body)
            return answer.Json?.DeepClone() ?? JsonValue.Create(Text(answer.Text));
        var copy = (JsonObject)body.DeepClone();
        bool isList = ((string?)copy["kind"])?.EndsWith("List", StringComparison.Ordinal) == true || copy["rows"] is JsonArray;
        if (isList && copy["metadata"] is JsonObject metadata)
        {
            if (metadata["resourceVersion"] is not null)
                metadata["resourceVersion"] = "<list>";
            if ((string?)metadata["continue"] is { Length: > 0 })
                metadata["continue"] = "<continue>";
        }

        Dictionary<string, string> made = new(StringComparer.Ordinal);
        foreach (JsonObject item in Items(copy))
            Relate(item, step, side, made);
        UniteCauses(copy);
        CoverAges(copy);
        JsonNode? walked = Walk(copy, "");
        if (made.Count > 0)
            walked = JsonNode.Parse(
                made.Aggregate(walked!.ToJsonString(), static (text, name) => text.Replace(name.Key, name.Value, StringComparison.Ordinal))
            );
        return GeneratedStem(step) is { } stem
            ? JsonNode.Parse(Regex.Replace(walked!.ToJsonString(), Regex.Escape(stem) + @"[a-z0-9]{5}(?=[\\""]|\W)", stem + "<any>"))
            : walked;
    }

    // The real server looks at metadata twice when an object is changed, and tells what it finds as often.
    private static void UniteCauses(JsonObject status)
    {
        if (status["details"]?["causes"] is not JsonArray causes)
            return;
        JsonNode?[] once = [.. causes.Select(static one => one?.DeepClone()).DistinctBy(static one => one?.ToJsonString())];
        status["details"]!["causes"] = new JsonArray(once);
    }

    // Seconds pass between two answers.
    private static void CoverAges(JsonObject table)
    {
        if (table["columnDefinitions"] is not JsonArray columns || table["rows"] is not JsonArray rows)
            return;
        for (int i = 0; i < columns.Count; i++)
        {
            if ((string?)columns[i]?["name"] != "Age")
                continue;
            foreach (JsonNode? row in rows)
                if (row?["cells"] is JsonArray cells && i < cells.Count)
                    cells[i] = "<age>";
        }
    }

    // The name that a server makes of it stands in messages too.
    private static string? GeneratedStem(ApiStep step)
    {
        if (step.Method != "POST" || step.Body?.StartsWith('{') != true || !step.Body.Contains("generateName", StringComparison.Ordinal))
            return null;
        string? stem =
            (JsonNode.Parse(step.Body)?["metadata"]?["generateName"] as JsonValue)?.TryGetValue(out string? text) == true ? text : null;
        return string.IsNullOrEmpty(stem) ? null
            : stem.Length > 58 ? stem[..58]
            : stem;
    }

    private static IEnumerable<JsonObject> Items(JsonObject body)
    {
        if (body["items"] is JsonArray items)
            return items.OfType<JsonObject>();
        if (body["rows"] is JsonArray rows)
            return rows.Select(static row => row?["object"]).OfType<JsonObject>();
        return [body];
    }

    private static void Relate(JsonObject item, ApiStep step, ApiSide side, Dictionary<string, string> made)
    {
        if (item["metadata"] is not JsonObject metadata || (string?)metadata["name"] is not { } name)
            return;
        string path = $"{step.Kind.Collection((string?)metadata["namespace"] ?? "")}/{name}";
        if ((string?)metadata["resourceVersion"] is { Length: > 0 } version)
        {
            IReadOnlyList<string> seen = side.Versions(path);
            metadata["resourceVersion"] =
                seen.Count == 0 ? "<first>"
                : seen[^1] == version ? "<same>"
                : Number(version) > Number(seen[^1]) ? "<newer>"
                : "<older>";
        }

        if ((string?)metadata["uid"] is { Length: > 0 } uid)
            metadata["uid"] =
                side.Last(path) is not { } last ? "<new>"
                : (string?)last["metadata"]?["uid"] == uid ? "<its>"
                : "<another>";
        if (metadata["managedFields"] is JsonArray owners)
        {
            JsonNode?[] sorted = [.. owners.Select(static one => one?.DeepClone()).OrderBy(Key, StringComparer.Ordinal)];
            metadata["managedFields"] = new JsonArray(sorted);
        }

        if (
            (string?)metadata["generateName"] is { Length: > 0 } stem
            && name.Length > 5
            && stem.StartsWith(name[..^5], StringComparison.Ordinal)
        )
        {
            metadata["name"] = made[name] = name[..^5] + "<any>";
            if ((string?)metadata["labels"]?["kubernetes.io/metadata.name"] == name)
                metadata["labels"]!["kubernetes.io/metadata.name"] = "<name>";
        }

        static string Key(JsonNode? entry) => $"{entry?["manager"]} {entry?["operation"]} {entry?["subresource"]} {entry?["apiVersion"]}";
        static long Number(string text) => long.TryParse(text, CultureInfo.InvariantCulture, out long number) ? number : -1;
    }

    private static JsonNode? Walk(JsonNode? node, string member)
    {
        switch (node)
        {
            case JsonObject map:
                var sorted = new JsonObject();
                foreach ((string name, JsonNode? value) in map.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
                    sorted[name] = Walk(value, name);
                return sorted;
            case JsonArray list:
                return new JsonArray([.. list.Select(one => Walk(one, member))]);
            case JsonValue value when value.TryGetValue(out string? text):
                return JsonValue.Create(Text(text));
            case JsonValue when member == "nodePort" || member == "healthCheckNodePort":
                return JsonValue.Create("<port>");
            default:
                return node?.DeepClone();
        }
    }

    private static string Text(string text) =>
        Schemes()
            .Replace(
                Versions()
                    .Replace(
                        Ports()
                            .Replace(
                                Address().Replace(Identity().Replace(Time().Replace(text, "<time>"), "<uid>"), "<ip>"),
                                "nodePort\":<port>"
                            ),
                        "$1<version>"
                    ),
                "in scheme \"<scheme>\""
            );

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")]
    private static partial Regex Time();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Identity();

    // Where the real server names its source.
    [GeneratedRegex("in scheme \"[^\"]+\"")]
    private static partial Regex Schemes();

    [GeneratedRegex(@"\b10\.96\.\d+\.\d+\b")]
    private static partial Regex Address();

    [GeneratedRegex(@"nodePort"":3\d{4}")]
    private static partial Regex Ports();

    // Where a message names versions.
    [GeneratedRegex(
        @"((?:ResourceVersion in the precondition|in record|resource version:|current:|ResourceVersion:|resourceVersion""?:) ?[("":]*)\d+"
    )]
    private static partial Regex Versions();
}
