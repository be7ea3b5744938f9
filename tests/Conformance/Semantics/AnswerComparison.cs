using System.Text.Json.Nodes;

namespace NodeManager.Conformance.Semantics;

/// <summary>Says how two answers differ, a line a difference; the first part of a line is the same for all of one cause.</summary>
internal static class AnswerComparison
{
    private const int Most = 12;

    public static IReadOnlyList<Discrepancy> Compare(ApiAnswer real, JsonNode? realBody, ApiAnswer ours, JsonNode? ourBody)
    {
        List<Discrepancy> found = [];
        if (real.Code != ours.Code)
        {
            found.Add(new("code", $"{real.Code} {Message(realBody)}", $"{ours.Code} {Message(ourBody)}"));
            return found;
        }

        Compare(realBody, ourBody, "", found);
        string expected = string.Join(" | ", real.Warnings),
            actual = string.Join(" | ", ours.Warnings);
        if (expected != actual)
            found.Add(new("warnings", expected, actual));
        expected = string.Join(" | ", real.Headers);
        actual = string.Join(" | ", ours.Headers);
        if (expected != actual)
            found.Add(new("headers", expected, actual));
        return found;
    }

    private static string Message(JsonNode? body) =>
        (string?)(body as JsonObject)?["kind"] == "Status" ? $"{body!["reason"]}: {body["message"]}" : "";

    private static void Compare(JsonNode? real, JsonNode? ours, string at, List<Discrepancy> found)
    {
        if (found.Count >= Most || JsonNode.DeepEquals(real, ours))
            return;
        switch (real, ours)
        {
            case (JsonObject left, JsonObject right):
                foreach (
                    string name in left.Select(static pair => pair.Key)
                        .Union(right.Select(static pair => pair.Key))
                        .Order(StringComparer.Ordinal)
                )
                {
                    string path = at.Length == 0 ? name : $"{at}.{name}";

                    // What is null is there, unlike what is left out.
                    if (left.ContainsKey(name) == right.ContainsKey(name))
                        Compare(left[name], right[name], path, found);
                    else
                        found.Add(new(path, Held(left, name), Held(right, name)));
                }

                break;
            case (JsonArray left, JsonArray right) when left.Count == right.Count:
                for (int i = 0; i < left.Count; i++)
                    Compare(left[i], right[i], $"{at}[{i}]", found);
                break;
            default:
                found.Add(new(at, Show(real), Show(ours)));
                break;
        }
    }

    private static string Held(JsonObject owner, string name) =>
        owner.TryGetPropertyValue(name, out JsonNode? value) ? Show(value) : "nothing";

    private static string Show(JsonNode? node)
    {
        string text = node?.ToJsonString(Relaxed) ?? "null";
        return text.Length > 1500 ? text[..1500] + "…" : text;
    }

    private static System.Text.Json.JsonSerializerOptions Relaxed { get; } =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
