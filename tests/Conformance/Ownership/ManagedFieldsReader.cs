using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Ownership;

/// <summary>Who owns what of an object, as text that can be compared: <c>alice Apply: .data .data.a</c>.</summary>
internal static class ManagedFieldsReader
{
    /// <summary>Of the managers named; all where none is.</summary>
    public static string[] Owners(this JsonNode item, params string[] managers) =>
        [
            .. (item["metadata"]!["managedFields"]?.AsArray() ?? [])
                .Select(entry => entry!.AsObject())
                .Where(entry => managers.Length == 0 || managers.Contains((string)entry["manager"]!))
                .Select(entry =>
                    $"{entry["manager"]} {entry["operation"]}{(entry["subresource"] is { } part ? "/" + part : "")}: {string.Join(' ', Paths(entry))}"
                )
                .Order(StringComparer.Ordinal),
        ];

    public static async Task<JsonNode> ReadAsync(this TestCluster cluster, string path) =>
        (await cluster.SendAsync("GET", path)).Must(HttpStatusCode.OK);

    /// <summary>The answer's object, where its code is this one.</summary>
    public static JsonNode Must(this WireAnswer answer, HttpStatusCode code)
    {
        Assert.True(answer.Code == code, $"{answer.Code}: {answer.Text}");
        return answer.Json;
    }

    public static Task<WireAnswer> ApplyAsync(
        this TestCluster cluster,
        string manager,
        string path,
        string configuration,
        string options = ""
    ) => cluster.SendAsync("PATCH", $"{path}?fieldManager={manager}{options}", configuration, "application/apply-patch+yaml");

    public static Task<WireAnswer> MergeAsync(this TestCluster cluster, string manager, string path, string patch) =>
        cluster.SendAsync("PATCH", $"{path}?fieldManager={manager}", patch, "application/merge-patch+json");

    private static IEnumerable<string> Paths(JsonObject entry)
    {
        Assert.Equal("FieldsV1", (string?)entry["fieldsType"]);
        return Walk(entry["fieldsV1"]!.AsObject(), "").Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Walk(JsonObject fields, string at)
    {
        foreach ((string name, JsonNode? value) in fields)
        {
            if (name == ".")
            {
                yield return at;
                continue;
            }

            string path = at + (name.StartsWith("f:", StringComparison.Ordinal) ? "." + name[2..] : $"[{name[2..]}]");
            JsonObject below = value!.AsObject();
            if (below.Count == 0)
                yield return path;
            foreach (string deeper in Walk(below, path))
                yield return deeper;
        }
    }
}
