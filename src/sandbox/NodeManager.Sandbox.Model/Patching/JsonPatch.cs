using System.Globalization;

namespace NodeManager.Sandbox.Model.Patching;

/// <summary>RFC 6902.</summary>
internal static class JsonPatch
{
    // A limit of the real server on characters that copy operations add, which could otherwise grow exponentially.
    private const long MaximumCopiedCharacters = 3 * 1024 * 1024;

    public static JsonObject Apply(JsonObject target, JsonArray operations)
    {
        JsonNode document = target;
        long copied = 0;
        foreach (JsonNode? node in operations)
        {
            var operation =
                node as JsonObject ?? throw new PatchException("json: cannot unmarshal into Go value of type jsonpatch.Operation");
            document = Apply(document, operation, ref copied);
        }

        return document as JsonObject ?? throw new PatchException("the patched document is no object");
    }

    private static JsonNode Apply(JsonNode document, JsonObject operation, ref long copied)
    {
        string kind = operation.Text("op") ?? "";
        string path = operation.Text("path") ?? throw new PatchException($"Unexpected kind: {kind}");
        switch (kind)
        {
            case "add":
                return Add(document, path, operation["value"]?.DeepClone(), kind);
            case "replace":
                if (path.Length == 0)
                    return operation["value"]!.DeepClone();
                return Replace(document, path, operation["value"]?.DeepClone());
            case "remove":
                Remove(document, path);
                return document;
            case "test":
                JsonNode? actual = TryFind(document, path);
                if (!JsonNode.DeepEquals(actual, operation["value"]))
                    throw new PatchException($"testing value {path} failed");
                return document;
            case "move":
            case "copy":
                string from = operation.Text("from") ?? throw new PatchException($"{kind} operation: missing from");

                // The API's library copies a missing member as null.
                JsonNode? value = (
                    kind == "copy" && Parent(document, from).Parent is JsonObject owner
                        ? owner[Parent(document, from).Last]
                        : Find(document, from, kind)
                )?.DeepClone();
                if (kind == "move")
                    Remove(document, from);
                else if ((copied += value?.ToJsonString().Length ?? 0) > MaximumCopiedCharacters)
                    throw new PatchException(
                        $"unable to copy, the accumulated size increase of copy operations is {copied}, exceeding the limit {MaximumCopiedCharacters}"
                    );
                return Add(document, path, value, kind);
            default:
                throw new PatchException($"Unexpected kind: {kind}");
        }
    }

    private static JsonNode Add(JsonNode document, string path, JsonNode? value, string operation)
    {
        if (path.Length == 0)
            return value!;
        (JsonNode? parent, string last) = Parent(document, path);
        switch (parent)
        {
            case JsonObject owner:
                owner[last] = value;
                return document;
            case JsonArray list:
                list.Insert(last == "-" ? list.Count : Index(last, list.Count, operation, path), value);
                return document;
            default:
                throw Missing(operation, path);
        }
    }

    private static JsonNode Replace(JsonNode document, string path, JsonNode? value)
    {
        (JsonNode? parent, string last) = Parent(document, path);
        switch (parent)
        {
            // The API's library accepts a missing member.
            case JsonObject owner:
                owner[last] = value;
                return document;
            case JsonArray list:
                list[Index(last, list.Count - 1, "replace", path)] = value;
                return document;
            default:
                throw Missing("replace", path);
        }
    }

    private static void Remove(JsonNode document, string path)
    {
        (JsonNode? parent, string last) = Parent(document, path);
        switch (parent)
        {
            case JsonObject owner when owner.Remove(last):
                return;
            case JsonArray list:
                list.RemoveAt(Index(last, list.Count - 1, "remove", path));
                return;
            default:
                throw Missing("remove", path);
        }
    }

    private static JsonNode? Find(JsonNode document, string path, string operation)
    {
        (JsonNode? parent, string last) = Parent(document, path);
        return parent switch
        {
            JsonObject owner when owner.ContainsKey(last) => owner[last],
            JsonArray list => list[Index(last, list.Count - 1, operation, path)],
            _ => throw Missing(operation, path),
        };
    }

    private static JsonNode? TryFind(JsonNode document, string path)
    {
        if (path.Length == 0)
            return document;
        (JsonNode? parent, string last) = Parent(document, path);
        return parent switch
        {
            JsonObject owner => owner[last],
            JsonArray list when int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < list.Count =>
                list[index],
            _ => null,
        };
    }

    private static (JsonNode? Parent, string Last) Parent(JsonNode document, string path)
    {
        string[] steps =
        [
            .. path.Split('/')
                .Skip(1)
                .Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)),
        ];
        if (steps.Length == 0)
            return (null, "");
        JsonNode? node = document;
        foreach (string step in steps.AsSpan(0, steps.Length - 1))
        {
            node = node switch
            {
                JsonObject owner => owner[step],
                JsonArray list
                    when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < list.Count => list[
                    index
                ],
                _ => null,
            };
        }

        return (node, steps[^1]);
    }

    private static int Index(string text, int maximum, string operation, string path) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index <= maximum
            ? index
            : throw Missing(operation, path);

    private static PatchException Missing(string operation, string path) =>
        new($"{operation} operation does not apply: doc is missing path: \"{path}\": missing value");
}
