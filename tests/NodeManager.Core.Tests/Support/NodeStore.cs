using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace NodeManager.Core.Tests.Support;

/// <summary>One node behind a server that merges patches and refuses those made for another version.</summary>
public sealed class NodeStore
{
    private readonly Lock _gate = new();

    public NodeStore(JsonObject node)
    {
        Node = node;
        Server = new(Answer);
    }

    public JsonObject Node { get; }

    public FakeServer Server { get; }

    /// <summary>Somebody else's change, done before each of the first so many patches is looked at.</summary>
    public Queue<Action<JsonObject>> Interferences { get; } = new();

    public HttpResponseMessage Answer(Request request)
    {
        lock (_gate)
        {
            if (request.Path != $"/api/v1/nodes/{Node["metadata"]!["name"]}")
                return FakeServer.NotFound(request);
            if (request.Method == "GET")
                return FakeServer.Json(Node);
            Assert.Equal("PATCH", request.Method);
            if (Interferences.TryDequeue(out Action<JsonObject>? interfere))
            {
                interfere(Node);
                Count();
            }

            JsonNode patch = request.Json;
            string? wanted = (
                patch is JsonArray list
                    ? list.FirstOrDefault(o => (string?)o!["path"] == "/metadata/resourceVersion")?["value"]
                    : patch["metadata"]?["resourceVersion"]
            )?.GetValue<string>();
            if (wanted is not null && wanted != Node["metadata"]!["resourceVersion"]!.GetValue<string>())
                return FakeServer.Refusal(
                    HttpStatusCode.Conflict,
                    "Conflict",
                    "Operation cannot be fulfilled: the object has been modified",
                    "nodes",
                    "n"
                );
            JsonNode target = request["dryRun"] is null ? Node : Node.DeepClone();
            if (patch is JsonArray operations)
                foreach (JsonNode? operation in operations)
                    Apply(target, operation!);
            else
                Merge(target.AsObject(), patch.AsObject());
            if (request["dryRun"] is null)
                Count();
            return FakeServer.Json(target);
        }
    }

    public string? Label(string key) => Node["metadata"]!["labels"]?[key]?.GetValue<string>();

    private void Count()
    {
        JsonNode metadata = Node["metadata"]!;
        int version = int.Parse(metadata["resourceVersion"]!.GetValue<string>(), CultureInfo.InvariantCulture);
        metadata["resourceVersion"] = (version + 1).ToString(CultureInfo.InvariantCulture);
    }

    private static void Apply(JsonNode target, JsonNode operation)
    {
        string[] path = operation["path"]!.GetValue<string>()[1..].Split('/');
        JsonNode parent = path[..^1]
            .Aggregate(target, (at, part) => at is JsonArray list ? list[int.Parse(part, CultureInfo.InvariantCulture)]! : at[part]!);
        JsonNode? value = operation["value"]?.DeepClone();
        switch (parent, operation["op"]!.GetValue<string>())
        {
            case (JsonArray list, "remove"):
                list.RemoveAt(int.Parse(path[^1], CultureInfo.InvariantCulture));
                break;
            case (JsonArray list, "add") when path[^1] == "-":
                list.Add(value);
                break;
            case (JsonObject map, "remove"):
                Assert.True(map.Remove(path[^1]));
                break;
            default:
                parent[path[^1]] = value;
                break;
        }
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach ((string key, JsonNode? value) in patch)
        {
            if (value is null)
                target.Remove(key);
            else if (value is not JsonObject part)
                target[key] = value.DeepClone();
            else
            {
                if (target[key] is not JsonObject inner)
                    target[key] = inner = [];
                Merge(inner, part);
            }
        }
    }
}
