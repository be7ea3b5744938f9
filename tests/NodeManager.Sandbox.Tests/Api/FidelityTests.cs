using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Sandbox.Tests.Controllers;

namespace NodeManager.Sandbox.Tests.Api;

/// <summary>Small things that kubectl and people at a terminal see of a real API server.</summary>
public sealed class FidelityTests
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    [Theory]
    [InlineData("""{"type":"object","properties":{"spec":{"type":"object","additionalProperties":true} } }""")]
    [InlineData(
        """{"type":"object","properties":{"spec":{"type":"object","additionalProperties":true,"properties":{"a":{"type":"string"} } } } }"""
    )]
    public async Task A_schema_may_allow_other_properties_by_a_boolean(string schema)
    {
        using TestCluster cluster = new();
        JsonObject created = await cluster.CreateAsync(Definitions, Definition(schema));
        Assert.True(
            (bool)created["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!["additionalProperties"]!
        );

        JsonObject stored = await cluster.CreateAsync(
            "/apis/example.com/v1/namespaces/default/things",
            """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"one"},"spec":{"any":{"deep":[1]}},"other":1}"""
        );
        Assert.Equal("""{"any":{"deep":[1]}}""", stored["spec"]!.ToJsonString());
        Assert.False(stored.ContainsKey("other"));
        JsonObject applied = await cluster.OkAsync(
            "PATCH",
            "/apis/example.com/v1/namespaces/default/things/one?fieldManager=me",
            """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"one"},"spec":{"more":2}}""",
            "application/apply-patch+yaml"
        );
        Assert.Equal(2, (int)applied["spec"]!["more"]!);
    }

    [Theory]
    [InlineData(
        """{"type":"object","properties":{"spec":{"type":"object","additionalProperties":false,"properties":{"a":{"type":"string"} } } } }""",
        "mutual exclusive"
    )]
    [InlineData("""{"type":"object","properties":{"spec":{"type":"object","additionalProperties":"yes"} } }""", "cannot unmarshal string")]
    [InlineData(
        """{"type":"object","properties":{"spec":{"type":"array","items":[{"type":"string"}]} } }""",
        "items must be a schema object and not an array"
    )]
    public async Task Another_value_is_refused(string schema, string why)
    {
        using TestCluster cluster = new();
        (_, JsonObject answer) = await cluster.SendAsync("POST", Definitions, Definition(schema));
        Assert.Contains(why, (string?)answer["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DaemonSet")]
    [InlineData("StatefulSet")]
    public async Task A_revision_has_the_bytes_that_kubectl_makes_of_its_set(string kind)
    {
        using LiveCluster cluster = new();
        string template =
            """{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":"i:1","env":[{"name":"Z","value":"1"},{"name":"A","value":"2"}],"args":["x"]}]}}""";
        cluster.Create(
            kind == "DaemonSet" ? BuiltInKinds.DaemonSets : BuiltInKinds.StatefulSets,
            $$"""{"metadata":{"name":"agent"},"spec":{"serviceName":"a","selector":{"matchLabels":{"app":"a"} },"template":{{template}} } }"""
        );
        await cluster.UntilAsync(() => cluster.Store.List(BuiltInKinds.ControllerRevisions).Objects.Walk().Any(), "a revision");

        JsonObject set = cluster.Get(kind == "DaemonSet" ? BuiltInKinds.DaemonSets : BuiltInKinds.StatefulSets, "agent")!.ToJson();
        JsonObject wanted = set["spec"]!["template"]!.DeepClone().AsObject();
        wanted["$patch"] = "replace";
        string stored = cluster.Store.List(BuiltInKinds.ControllerRevisions).Objects.Walk().Single().ToJson()["data"]!.ToJsonString();
        Assert.Equal("{\"spec\":{\"template\":" + Sorted(wanted).ToJsonString() + "}}", stored);
    }

    [Theory]
    [InlineData("1.33", false)]
    [InlineData("1.34", true)]
    [InlineData("1.37", true)]
    public async Task The_condition_PodScheduled_names_the_generation_that_was_observed(string version, bool isNamed)
    {
        using LiveCluster cluster = new(version: version);
        await cluster.OpenNodesAsync("a");
        cluster.Pod("fits");
        cluster.Pod("waits", ",\"nodeSelector\":{\"nowhere\":\"x\"}");
        await cluster.UntilAsync(() => new[] { "fits", "waits" }.All(name => Scheduled(cluster, name) is not null), "both judged");

        foreach (string name in new[] { "fits", "waits" })
            Assert.Equal(isNamed ? 1 : null, (long?)Scheduled(cluster, name)!["observedGeneration"]);
    }

    [Fact]
    public async Task The_root_lists_the_paths()
    {
        using TestCluster cluster = new();
        string[] paths = [.. (await cluster.GetAsync("/"))["paths"]!.AsArray().Select(static one => (string)one!)];
        Assert.Equal(paths.Order(StringComparer.Ordinal), paths);
        Assert.Superset(
            new HashSet<string>
            {
                "/api",
                "/api/v1",
                "/apis",
                "/apis/apps",
                "/apis/apps/v1",
                "/healthz",
                "/livez",
                "/openapi/v2",
                "/openapi/v3",
                "/readyz",
                "/version",
            },
            paths.ToHashSet()
        );
        foreach (string path in paths.Where(static one => one.StartsWith("/api", StringComparison.Ordinal)))
            await cluster.GetAsync(path);
    }

    [Theory]
    [InlineData("curl/8.5.0", "", true)]
    [InlineData("Wget/1.21", "", true)]
    [InlineData("Mozilla/5.0 (X11)", "", true)]
    [InlineData("kubectl/v1.36.0", "", false)]
    [InlineData("", "", false)]
    [InlineData("kubectl/v1.36.0", "?pretty=true", true)]
    [InlineData("kubectl/v1.36.0", "?pretty=1", true)]
    [InlineData("curl/8.5.0", "?pretty=false", false)]
    [InlineData("curl/8.5.0", "?pretty=0", false)]
    public async Task Answers_are_indented_for_people(string agent, string query, bool isIndented)
    {
        using SandboxCluster cluster = SandboxCluster.StartStill(new() { Nodes = 0 }, DocumentStore.DefaultLogCapacity);
        using var http = new HttpClient(cluster.CreateTransport()) { BaseAddress = cluster.Server };
        if (agent.Length > 0)
            http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", agent);
        foreach (string path in new[] { "/version", "/api/v1/namespaces", "/api/v1/namespaces/default" })
        {
            string answer = await http.GetStringAsync(new Uri(path + query, UriKind.Relative));
            Assert.Equal(isIndented, answer.StartsWith("{\n  \"", StringComparison.Ordinal));
        }
    }

    private static string Definition(string schema) =>
        $$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
             "names":{"plural":"things","singular":"thing","kind":"Thing","listKind":"ThingList"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{{schema}} } }]} }
            """;

    private static JsonObject? Scheduled(LiveCluster cluster, string name) =>
        cluster
            .Get(BuiltInKinds.Pods, name)!
            .ToJson()["status"]
            ?["conditions"]?.AsArray()
            .OfType<JsonObject>()
            .FirstOrDefault(static one => (string?)one["type"] == "PodScheduled");

    private static JsonNode Sorted(JsonNode value) =>
        value switch
        {
            JsonObject members => new JsonObject(
                members
                    .OrderBy(static one => one.Key, StringComparer.Ordinal)
                    .Select(static one => KeyValuePair.Create(one.Key, one.Value is null ? null : (JsonNode?)Sorted(one.Value)))
            ),
            JsonArray list => new JsonArray([.. list.Select(static one => one is null ? null : Sorted(one))]),
            _ => value.DeepClone(),
        };
}
