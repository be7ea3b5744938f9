using System.Globalization;
using System.Text;

namespace NodeManager.Sandbox.Model.Kinds.Custom.Paths;

/// <summary>
/// A JSONPath of printer columns: members, <c>['quoted.members']</c>, indexes, slices, <c>*</c>, <c>..</c> and filters
/// (<c>[?(@.type=="Ready")]</c>). Source: the Kubernetes documentation, "JSONPath support".
/// </summary>
internal sealed class JsonPath
{
    private readonly List<Func<IEnumerable<JsonNode?>, IEnumerable<JsonNode?>>> _steps = [];

    private JsonPath() { }

    public static JsonPath? Read(string text)
    {
        var path = new JsonPath();
        int at = 0;
        while (at < text.Length)
        {
            switch (text[at])
            {
                case '.' when at + 1 < text.Length && text[at + 1] == '.':
                    path._steps.Add(static nodes => nodes.SelectMany(Descendants));
                    at++;
                    break;
                case '.' when at + 1 < text.Length && text[at + 1] == '[':
                    at++;
                    break;
                case '.':
                    at++;
                    string name = ReadName(text, ref at);
                    if (name == "*")
                        path._steps.Add(static nodes => nodes.SelectMany(Children));
                    else if (name.Length > 0)
                        path._steps.Add(nodes => Members(nodes, name));
                    else if (at < text.Length)
                        return null;
                    break;
                case '[':
                    int end = ClosingBracket(text, at);
                    if (end < 0 || Bracket(text[(at + 1)..end].Trim()) is not { } step)
                        return null;
                    path._steps.Add(step);
                    at = end + 1;
                    break;
                default:
                    return null;
            }
        }

        return path;
    }

    /// <summary>Matches in document order.</summary>
    public IEnumerable<JsonNode?> Find(JsonNode? document) =>
        _steps.Aggregate<Func<IEnumerable<JsonNode?>, IEnumerable<JsonNode?>>, IEnumerable<JsonNode?>>(
            [document],
            static (nodes, step) => step(nodes)
        );

    private static string ReadName(string text, ref int at)
    {
        var name = new StringBuilder();
        for (; at < text.Length && text[at] is not ('.' or '['); at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
                at++;
            name.Append(text[at]);
        }

        return name.ToString();
    }

    private static int ClosingBracket(string text, int opening)
    {
        int depth = 0;
        char quote = '\0';
        for (int at = opening; at < text.Length; at++)
        {
            char sign = text[at];
            if (quote != '\0')
                quote = sign == quote ? '\0' : quote;
            else if (sign is '\'' or '"')
                quote = sign;
            else if (sign == '[')
                depth++;
            else if (sign == ']' && --depth == 0)
                return at;
        }

        return -1;
    }

    private static Func<IEnumerable<JsonNode?>, IEnumerable<JsonNode?>>? Bracket(string inside)
    {
        if (inside == "*")
            return static nodes => nodes.SelectMany(Children);
        if (inside is ['\'' or '"', .., '\'' or '"'] && inside.Length >= 2)
        {
            string name = inside[1..^1];
            return nodes => Members(nodes, name);
        }

        if (inside.StartsWith("?(", StringComparison.Ordinal) && inside.EndsWith(')'))
            return PathFilter.Read(inside[2..^1]) is { } filter ? nodes => nodes.SelectMany(Children).Where(filter.Matches) : null;
        if (inside.Contains(':', StringComparison.Ordinal))
            return Slice(inside.Split(':'));
        if (!int.TryParse(inside, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int index))
            return null;
        return nodes =>
            nodes
                .OfType<JsonArray>()
                .Where(list => (index < 0 ? index + list.Count : index) is >= 0 and var at && at < list.Count)
                .Select(list => list[index < 0 ? index + list.Count : index]);
    }

    private static Func<IEnumerable<JsonNode?>, IEnumerable<JsonNode?>>? Slice(string[] parts)
    {
        var bounds = new int?[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length == 0)
                continue;
            if (!int.TryParse(parts[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int bound))
                return null;
            bounds[i] = bound;
        }

        int step = bounds.Length > 2 ? bounds[2] ?? 1 : 1;
        if (step < 1 || bounds.Length > 3)
            return null;
        return nodes =>
            nodes
                .OfType<JsonArray>()
                .SelectMany(list =>
                {
                    // A negative bound counts from the end.
                    int Bound(int bound) => Math.Clamp(bound < 0 ? bound + list.Count : bound, 0, list.Count);
                    int from = Bound(bounds[0] ?? 0),
                        to = Bound(bounds[1] ?? list.Count);
                    return Enumerable
                        .Range(from, Math.Max(0, to - from))
                        .Where(index => (index - from) % step == 0)
                        .Select(index => list[index]);
                });
    }

    private static IEnumerable<JsonNode?> Members(IEnumerable<JsonNode?> nodes, string name) =>
        nodes.OfType<JsonObject>().Where(owner => owner.ContainsKey(name)).Select(owner => owner[name]);

    private static IEnumerable<JsonNode?> Children(JsonNode? node) =>
        node switch
        {
            JsonObject members => members.Select(static pair => pair.Value),
            JsonArray list => list,
            _ => [],
        };

    private static IEnumerable<JsonNode?> Descendants(JsonNode? node) => Children(node).SelectMany(Descendants).Prepend(node);
}
