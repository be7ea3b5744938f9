using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Workloads;

/// <summary>A workload of a test, over the wire: as JSON, so that what a version does not have can be seen too.</summary>
internal sealed class Workload
{
    private readonly TestCluster _cluster;
    private readonly string _path;

    private Workload(TestCluster cluster, string path) => (_cluster, _path) = (cluster, path);

    public static async Task<Workload> CreateAsync(
        TestCluster cluster,
        string group,
        string plural,
        string name,
        string spec,
        string? template = null
    )
    {
        string collection = $"/apis/{group}/v1/namespaces/{cluster.Namespace}/{plural}";
        JsonObject manifest = JsonNode.Parse($$"""{"metadata":{"name":"{{name}}"},"spec":{{spec}} }""")!.AsObject();
        JsonObject pod = JsonNode.Parse(template ?? "{}")!.AsObject();
        pod["spec"] ??= new JsonObject();
        pod["spec"]!["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = "example.com/c:1" });
        pod["spec"]!["nodeSelector"] = new JsonObject(
            cluster.Mark.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))
        );
        if (group == "apps")
        {
            pod["metadata"] ??= new JsonObject();
            pod["metadata"]!["labels"] = new JsonObject { ["app"] = name };
            manifest["spec"]!["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = name } };
        }

        manifest["spec"]!["template"] = pod;
        WireAnswer answer = await cluster.SendAsync("POST", collection, manifest.ToJsonString());
        Assert.True((int)answer.Code == 201, answer.Text);
        return new(cluster, $"{collection}/{name}");
    }

    public static Task<Workload> JobAsync(TestCluster cluster, string name, string spec, string? template = null) =>
        CreateAsync(cluster, "batch", "jobs", name, spec, template ?? """{"spec":{"restartPolicy":"Never"}}""");

    public async Task<JsonObject> ReadAsync() => (await _cluster.SendAsync("GET", _path)).Json.AsObject();

    public async Task<JsonObject> UntilAsync(string what, Func<JsonObject, bool> holds) =>
        (await Eventually.GetAsync(what, async () => (await _cluster.SendAsync("GET", _path)).Json["status"]?.AsObject() ?? [], holds));

    public async Task PatchAsync(string patch)
    {
        WireAnswer answer = await _cluster.SendAsync("PATCH", _path, patch, "application/merge-patch+json");
        Assert.True((int)answer.Code == 200, answer.Text);
    }

    public Task<WireAnswer> DeleteAsync() => _cluster.SendAsync("DELETE", _path + "?propagationPolicy=Background");

    public Task<bool> IsGoneAsync() => Task.Run(async () => (int)(await _cluster.SendAsync("GET", _path)).Code == 404);

    /// <summary>The conditions that hold, in their order.</summary>
    public static string Conditions(JsonObject status) =>
        string.Join(
            ' ',
            (status["conditions"]?.AsArray() ?? [])
                .Where(static one => (string?)one!["status"] == "True")
                .Select(static one => $"{one!["type"]}:{one["reason"]}")
        );
}
