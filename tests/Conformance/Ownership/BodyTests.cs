using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Ownership;

/// <summary>What bodies servers read, and what they answer to what they cannot.</summary>
public sealed class BodyTests
{
    private const string Yaml = "application/yaml";

    [SkippableTheory]
    [AllBackends]
    public async Task Objects_are_accepted_in_YAML(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        JsonNode made = (
            await cluster.SendAsync(
                "POST",
                Maps(cluster),
                """
                # a comment
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: one
                  labels: &both {tier: gold, port: "80"}
                  annotations:
                    <<: *both
                    tier: 'silver'
                data:
                  text: |
                    two
                    lines
                  folded: >-
                    one
                    line
                immutable: off
                """,
                Yaml
            )
        ).Must(HttpStatusCode.Created);
        JsonNode applied = (
            await cluster.ApplyAsync(
                "alice",
                Maps(cluster) + "/two",
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: two}
                data: {a: "1"}
                """
            )
        ).Must(HttpStatusCode.Created);

        Assert.Equal("""{"port":"80","tier":"silver"}""", Sorted(made["metadata"]!["annotations"]!).ToJsonString());
        Assert.Equal(("two\nlines\n", "one line"), ((string)made["data"]!["text"]!, (string)made["data"]!["folded"]!));
        Assert.False((bool)made["immutable"]!);
        Assert.Equal("1", (string)applied["data"]!["a"]!);
    }

    [SkippableTheory]
    [AllBackends("a: &a [*a]", "yaml: anchor 'a' value contains itself")]
    [AllBackends("a: *b", "yaml: unknown anchor 'b' referenced")]
    [AllBackends("a: .inf", "json: unsupported value: +Inf")]
    [AllBackends("- a", "couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type")]
    public async Task YAML_without_an_object_is_refused(string backend, string body, string why)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        JsonNode refused = (await cluster.SendAsync("POST", Maps(cluster), body, Yaml)).Must(HttpStatusCode.BadRequest);

        Assert.StartsWith(
            "the object provided is unrecognized (must be of type ConfigMap): " + why,
            (string)refused["message"]!,
            StringComparison.Ordinal
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task YAML_alias_expansion_is_refused(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        var bomb = new System.Text.StringBuilder("a0: &a0 [\"x\",\"x\",\"x\",\"x\",\"x\",\"x\",\"x\",\"x\",\"x\"]\n");
        for (int i = 1; i < 9; i++)
            bomb.Append($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 9))}]\n");

        foreach (
            JsonNode refused in (JsonNode[])
                [
                    (await cluster.SendAsync("POST", Maps(cluster), bomb.ToString(), Yaml)).Must(HttpStatusCode.BadRequest),
                    (await cluster.ApplyAsync("alice", Maps(cluster) + "/one", bomb.ToString())).Must(HttpStatusCode.BadRequest),
                ]
        )
            Assert.Contains("yaml: document contains excessive aliasing", (string)refused["message"]!, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends(Yaml, "[", "]")]
    [AllBackends(Yaml, "{a: ", "}")]
    [AllBackends("application/json", "{\"a\":", "}")]
    public async Task Endless_nesting_is_refused(string backend, string type, string open, string close)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string body = string.Concat(Enumerable.Repeat(open, 20_000)) + "1" + string.Concat(Enumerable.Repeat(close, 20_000));

        JsonNode refused = (await cluster.SendAsync("POST", Maps(cluster), body, type)).Must(HttpStatusCode.BadRequest);

        Assert.Contains("exceeded max depth", (string)refused["message"]!, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_last_duplicate_field_counts_unless_validation_is_strict(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string strict = cluster.Minor >= 25 ? "&fieldValidation=Strict" : "";
        const string Json = """{"metadata":{"name":"a","name":"one"},"data":{"x":"1","x":"2"}}""";
        const string Applied = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: two}\ndata:\n  a: \"1\"\n  a: \"2\"\n";

        JsonNode made = (await cluster.SendAsync("POST", Maps(cluster), Json)).Must(HttpStatusCode.Created);
        JsonNode applied = (await cluster.ApplyAsync("alice", Maps(cluster) + "/two", Applied)).Must(HttpStatusCode.Created);

        Assert.Equal(("one", "2", "2"), ((string)made["metadata"]!["name"]!, (string)made["data"]!["x"]!, (string)applied["data"]!["a"]!));
        if (strict.Length == 0)
            return;
        Assert.Equal(
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: duplicate field \"metadata.name\", duplicate field \"data.x\"",
            (string)
                (await cluster.SendAsync("POST", Maps(cluster) + "?dryRun=All" + strict, Json)).Must(HttpStatusCode.BadRequest)["message"]!
        );
        Assert.Equal(
            "error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 6: key \"a\" already set in map",
            (string)(await cluster.ApplyAsync("alice", Maps(cluster) + "/two", Applied, strict)).Must(HttpStatusCode.BadRequest)["message"]!
        );
    }

    [SkippableTheory]
    [AllBackends(
        """{"containers":[{"name":"m","image":5}]}""",
        "number into Go struct field Container.spec.containers.image of type string"
    )]
    [AllBackends("""{"containers":"x"}""", "string into Go struct field PodSpec.spec.containers of type []v1.Container")]
    [AllBackends("""{"containers":["x"]}""", "string into Go struct field PodSpec.spec.containers of type v1.Container")]
    [AllBackends("""{"hostNetwork":"true"}""", "string into Go struct field PodSpec.spec.hostNetwork of type bool")]
    [AllBackends(
        """{"terminationGracePeriodSeconds":1.5}""",
        "number 1.5 into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64"
    )]
    [AllBackends("""{"nodeSelector":{"a":1}}""", "number into Go struct field PodSpec.spec.nodeSelector of type string")]
    [AllBackends(
        """{"containers":[{"livenessProbe":{"httpGet":{"port":true}}}]}""",
        "bool into Go struct field HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.port of type int32"
    )]
    [AllBackends("""{"containers":[{"resources":{"requests":{"cpu":"a lot"}}}]}""", "")]
    public async Task A_value_of_another_type_is_refused(string backend, string spec, string fault)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        JsonNode refused = (
            await cluster.SendAsync(
                "POST",
                $"/api/v1/namespaces/{cluster.Namespace}/pods",
                $$"""{"metadata":{"name":"p"},"spec":{{spec}}}"""
            )
        ).Must(HttpStatusCode.BadRequest);

        string message = (string)refused["message"]!;
        Assert.StartsWith("Pod in version \"v1\" cannot be handled as a Pod: ", message, StringComparison.Ordinal);

        // Older servers read with another library, whose words are its own.
        if (cluster.Minor < 25)
            return;
        Assert.EndsWith(
            fault.Length > 0 ? "json: cannot unmarshal " + fault : "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            message,
            StringComparison.Ordinal
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_object_with_another_UID_is_refused(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string uid = (string)
            (await cluster.SendAsync("POST", Maps(cluster), """{"metadata":{"name":"one"}}""")).Must(HttpStatusCode.Created)["metadata"]![
                "uid"
            ]!;
        const string Other = "11111111-1111-1111-1111-111111111111";
        string path = Maps(cluster) + "/one";

        JsonNode put = (await cluster.SendAsync("PUT", path, $$$"""{"metadata":{"name":"one","uid":"{{{Other}}}"}}""")).Must(
            HttpStatusCode.Conflict
        );
        JsonNode patch = (await cluster.MergeAsync("a", path, $$$"""{"metadata":{"uid":"{{{Other}}}"}}""")).Must(
            HttpStatusCode.UnprocessableEntity
        );
        JsonNode nameless = (await cluster.SendAsync("PUT", path, "{}")).Must(HttpStatusCode.BadRequest);

        Assert.EndsWith(
            $"Precondition failed: UID in precondition: {Other}, UID in object meta: {uid}",
            (string)put["message"]!,
            StringComparison.Ordinal
        );
        Assert.Equal(
            $"ConfigMap \"one\" is invalid: metadata.uid: Invalid value: \"{Other}\": field is immutable",
            (string)patch["message"]!
        );
        Assert.Equal("the name of the object (one based on URL) was undeterminable: name must be provided", (string)nameless["message"]!);
    }

    private static string Maps(TestCluster cluster) => $"/api/v1/namespaces/{cluster.Namespace}/configmaps";

    private static JsonObject Sorted(JsonNode map) =>
        new(
            map.AsObject()
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))
        );
}
