using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.CustomResources;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Ownership;

/// <summary>Server-side apply of custom resources, whose schema says how their parts divide.</summary>
public sealed class CustomApplyTests
{
    private const string Schema = """
        { "type": "object", "properties": {
          "size": { "type": "integer" },
          "parts": { "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
            "items": { "type": "object", "required": ["name"], "properties": { "name": { "type": "string" }, "color": { "type": "string" } } } },
          "tags": { "type": "array", "x-kubernetes-list-type": "set", "items": { "type": "string" } },
          "order": { "type": "array", "items": { "type": "string" } },
          "whole": { "type": "object", "x-kubernetes-map-type": "atomic", "properties": { "a": { "type": "string" }, "b": { "type": "string" } } },
          "free": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } } }
        """;

    [SkippableTheory]
    [AllBackends]
    public async Task The_schema_decides_what_each_manager_owns(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(cluster, Schema);
        string path = kind.Path() + "/one";
        string Gadget(string spec) => $$"""{"apiVersion":"{{kind.Group}}/v1","kind":"Gadget","metadata":{"name":"one"},"spec":{{spec}}}""";

        JsonNode made = (
            await cluster.ApplyAsync(
                "alice",
                path,
                Gadget(
                    """{"size":1,"parts":[{"name":"a","color":"red"}],"tags":["x"],"order":["p"],"whole":{"a":"1"},"free":{"k":1,"m":[1]}}"""
                )
            )
        ).Must(HttpStatusCode.Created);
        JsonNode both = (await cluster.ApplyAsync("bob", path, Gadget("""{"parts":[{"name":"b","color":"blue"}],"tags":["y"]}"""))).Must(
            HttpStatusCode.OK
        );
        JsonNode refused = (
            await cluster.ApplyAsync("bob", path, Gadget("""{"parts":[{"name":"a","color":"green"}],"order":["q"],"whole":{"b":"2"}}"""))
        ).Must(HttpStatusCode.Conflict);

        const string Part = ".spec.parts[{\"name\":\"a\"}]";
        Assert.Equal(
            [
                $"alice Apply: .spec.free.k .spec.free.m .spec.order {Part} {Part}.color {Part}.name .spec.size .spec.tags[\"x\"] .spec.whole",
            ],
            made.Owners("alice")
        );
        Assert.Equal(["a", "b"], both["spec"]!["parts"]!.AsArray().Select(part => (string)part!["name"]!));
        Assert.Equal(["x", "y"], both["spec"]!["tags"]!.AsArray().Select(tag => (string)tag!));
        Assert.Equal(
            "Apply failed with 3 conflicts: conflicts with \"alice\":\n- .spec.order\n- .spec.whole\n- .spec.parts[name=\"a\"].color",
            (string)refused["message"]!
        );

        // Older servers leave a null where an object was emptied, which the schema refuses.
        if (cluster.Minor < 22)
            return;
        JsonNode left = (await cluster.ApplyAsync("alice", path, Gadget("""{"size":1}"""))).Must(HttpStatusCode.OK);
        Assert.Equal("""{"parts":[{"color":"blue","name":"b"}],"size":1,"tags":["y"]}""", Sorted(left["spec"]!)!.ToJsonString());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_creator_of_a_custom_resource_owns_all_fields(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(cluster, Schema);

        JsonNode made = (
            await cluster.SendAsync(
                "POST",
                kind.Path() + "?fieldManager=maker",
                $$$"""{"apiVersion":"{{{kind.Group}}}/v1","kind":"Gadget","metadata":{"name":"one","labels":{"a":"b"}},"spec":{"parts":[{"name":"a"}],"size":1}}"""
            )
        ).Must(HttpStatusCode.Created);

        const string Parts = ".spec.parts",
            Part = Parts + "[{\"name\":\"a\"}]";
        Assert.Equal([$"maker Update: .metadata.labels .metadata.labels.a .spec {Parts} {Part} {Part}.name .spec.size"], made.Owners());
    }

    private static JsonNode? Sorted(JsonNode? node) =>
        node switch
        {
            JsonObject map => new JsonObject(
                map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))
            ),
            JsonArray list => new JsonArray([.. list.Select(Sorted)]),
            _ => node?.DeepClone(),
        };
}
