using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.CustomResources;

/// <summary>Objects of custom kinds behave as those of built-in ones, at every version.</summary>
public sealed class ObjectTests
{
    private const string Merge = "application/merge-patch+json";
    private const string Open = """{"type":"object","x-kubernetes-preserve-unknown-fields":true}""";

    [SkippableTheory]
    [AllBackends]
    public async Task Status_and_spec_are_written_separately_and_only_spec_changes_increase_the_generation(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(cluster, Open);
        JsonObject item = kind.Item("one", """{"a":1}""");
        item["status"] = new JsonObject { ["phase"] = "given" };
        JsonNode made = (await cluster.SendAsync("POST", kind.Path(), item.ToJsonString())).Json;
        Assert.Equal((1, null), ((int)made["metadata"]!["generation"]!, made["status"]));

        JsonNode status = (
            await cluster.SendAsync("PATCH", kind.Path() + "/one/status", """{"spec":{"a":2},"status":{"phase":"Ready"}}""", Merge)
        ).Json;
        Assert.Equal(
            (1, 1, "Ready"),
            ((int)status["metadata"]!["generation"]!, (int)status["spec"]!["a"]!, (string)status["status"]!["phase"]!)
        );
        JsonNode spec = (
            await cluster.SendAsync("PATCH", kind.Path() + "/one", """{"spec":{"a":3},"status":{"phase":"other"}}""", Merge)
        ).Json;
        Assert.Equal((2, 3, "Ready"), ((int)spec["metadata"]!["generation"]!, (int)spec["spec"]!["a"]!, (string)spec["status"]!["phase"]!));
        JsonNode label = (await cluster.SendAsync("PATCH", kind.Path() + "/one", """{"metadata":{"labels":{"a":"b"}}}""", Merge)).Json;
        Assert.Equal(2, (int)label["metadata"]!["generation"]!);
        Assert.Equal(
            HttpStatusCode.UnsupportedMediaType,
            (await cluster.SendAsync("PATCH", kind.Path() + "/one", "{}", "application/strategic-merge-patch+json")).Code
        );

        JsonObject blind = kind.Item("one", "{}");
        WireAnswer replaced = await cluster.SendAsync("PUT", kind.Path() + "/one", blind.ToJsonString());
        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, "metadata.resourceVersion"),
            (replaced.Code, (string)replaced.Json["details"]!["causes"]![0]!["field"]!)
        );
        WireAnswer deleted = await cluster.SendAsync("DELETE", kind.Path() + "/one");
        Assert.Equal(
            ("Status", "Success", "gadgets"),
            ((string)deleted.Json["kind"]!, (string)deleted.Json["status"]!, (string)deleted.Json["details"]!["kind"]!)
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_scale_subresource_uses_the_paths_of_the_definition(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(
            cluster,
            Open,
            definition =>
                CustomKind.Version(definition)["subresources"]!["scale"] = new JsonObject
                {
                    ["specReplicasPath"] = ".spec.pool.size",
                    ["statusReplicasPath"] = ".status.size",
                    ["labelSelectorPath"] = ".status.selector",
                }
        );
        await kind.MakeAsync("one", """{"pool":{"size":2}}""");
        await cluster.SendAsync("PATCH", kind.Path() + "/one/status", """{"status":{"size":1,"selector":"app=a"}}""", Merge);

        JsonNode scale = (await cluster.SendAsync("GET", kind.Path() + "/one/scale")).Json;
        Assert.Equal(
            ("Scale", "autoscaling/v1", 2, 1, "app=a"),
            (
                (string)scale["kind"]!,
                (string)scale["apiVersion"]!,
                (int)scale["spec"]!["replicas"]!,
                (int)scale["status"]!["replicas"]!,
                (string)scale["status"]!["selector"]!
            )
        );
        WireAnswer patched = await cluster.SendAsync("PATCH", kind.Path() + "/one/scale", """{"spec":{"replicas":5}}""", Merge);
        Assert.Equal((HttpStatusCode.OK, 5), (patched.Code, (int)patched.Json["spec"]!["replicas"]!));
        JsonNode item = (await cluster.SendAsync("GET", kind.Path() + "/one")).Json;
        Assert.Equal((5, 2), ((int)item["spec"]!["pool"]!["size"]!, (int)item["metadata"]!["generation"]!));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_object_is_read_and_written_at_each_version_with_the_fields_of_that_version(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(
            cluster,
            """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string","default":"stored"}}}""",
            definition =>
            {
                JsonArray versions = definition["spec"]!["versions"]!.AsArray();
                JsonObject old = versions[0]!.DeepClone().AsObject();
                (old["name"], old["storage"]) = ("v1beta1", false);
                old["schema"]!["openAPIV3Schema"]!["properties"]!["spec"] = JsonNode.Parse(
                    """{"type":"object","properties":{"a":{"type":"string","default":"asked"},"c":{"type":"string"}}}"""
                );
                versions.Add(old);
                JsonObject hidden = versions[0]!.DeepClone().AsObject();
                (hidden["name"], hidden["storage"], hidden["served"]) = ("v1alpha1", false, false);
                versions.Add(hidden);
            }
        );

        JsonNode made = await kind.MakeAsync("one", """{"c":"lost","d":"lost"}""", "v1beta1");
        JsonNode stored = (await cluster.SendAsync("GET", kind.Path() + "/one")).Json,
            old = (await cluster.SendAsync("GET", kind.Path("v1beta1") + "/one")).Json;

        Assert.Equal($"{kind.Group}/v1beta1", (string)made["apiVersion"]!);
        Assert.Equal(("""{"a":"asked","b":"stored"}""", $"{kind.Group}/v1"), (Sorted(stored["spec"]!), (string)stored["apiVersion"]!));
        Assert.Equal(("""{"a":"asked"}""", $"{kind.Group}/v1beta1"), (Sorted(old["spec"]!), (string)old["apiVersion"]!));
        JsonNode list = (await cluster.SendAsync("GET", kind.Path("v1beta1"))).Json;
        Assert.Equal(
            ("GadgetList", $"{kind.Group}/v1beta1", 1),
            ((string)list["kind"]!, (string)list["apiVersion"]!, list["items"]!.AsArray().Count)
        );
        Assert.Equal(HttpStatusCode.NotFound, (await cluster.SendAsync("GET", kind.Path("v1alpha1"))).Code);
        WireAnswer other = await cluster.SendAsync("POST", kind.Path(), kind.Item("two", "{}", "v1beta1").ToJsonString());
        Assert.Equal(HttpStatusCode.BadRequest, other.Code);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_watch_sends_custom_objects_at_its_version_and_ends_with_the_definition(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(cluster, Open);
        string version = (string)(await cluster.SendAsync("GET", kind.Path())).Json["metadata"]!["resourceVersion"]!;
        Task<WireAnswer> watch = cluster.SendAsync(
            "GET",
            $"{kind.Path()}?watch=true&resourceVersion={version}&timeoutSeconds=60&labelSelector=team%3Da"
        );

        JsonObject item = kind.Item("one", """{"a":1}""");
        item["metadata"]!["labels"] = new JsonObject { ["team"] = "a" };
        await cluster.SendAsync("POST", kind.Path(), item.ToJsonString());
        await kind.MakeAsync("other", "{}");
        await cluster.SendAsync("PATCH", kind.Path() + "/one", """{"spec":{"a":2}}""", Merge);
        await cluster.SendAsync("DELETE", $"{CustomKind.Definitions}/{kind.Name}");

        Assert.Equal(["ADDED", "MODIFIED", "DELETED"], (await watch).Lines.Select(line => (string)line["type"]!));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Tables_have_the_columns_of_the_definition(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(
            cluster,
            Open,
            definition =>
                CustomKind.Version(definition)["additionalPrinterColumns"] = JsonNode.Parse(
                    """
                    [
                      { "name": "Size", "type": "integer", "jsonPath": ".spec.size" },
                      { "name": "Ready", "type": "string", "jsonPath": ".spec.conditions[?(@.type==\"Ready\")].status" },
                      { "name": "On", "type": "boolean", "jsonPath": ".spec.on" },
                      { "name": "First", "type": "string", "jsonPath": ".spec.list[0]", "priority": 1 },
                      { "name": "Odd", "type": "string", "jsonPath": ".spec.labels.example\\.com/odd", "description": "odd one" },
                      { "name": "Share", "type": "number", "jsonPath": ".spec.share" },
                      { "name": "Whole", "type": "string", "jsonPath": ".spec.list" },
                      { "name": "Missing", "type": "string", "jsonPath": ".spec.missing" },
                      { "name": "When", "type": "date", "jsonPath": ".spec.when" }
                    ]
                    """
                )
        );
        await kind.MakeAsync(
            "one",
            """
            {"size":3,"on":true,"list":["x","y"],"share":0.5,"labels":{"example.com/odd":"1"},"when":"never","conditions":[{"type":"Other","status":"False"},{"type":"Ready","status":"True"}]}
            """
        );

        JsonNode table = await TableAsync(cluster, kind.Path());

        Assert.Equal(
            "Name/string/0 Size/integer/0 Ready/string/0 On/boolean/0 First/string/1 Odd/string/0 Share/number/0 Whole/string/0 Missing/string/0 When/date/0",
            string.Join(' ', table["columnDefinitions"]!.AsArray().Select(one => $"{one!["name"]}/{one["type"]}/{one["priority"]}"))
        );
        Assert.Equal(
            """["one",3,"True",true,"x","1",0.5,"[\"x\",\"y\"]",null,"<invalid>"]""",
            table["rows"]![0]!["cells"]!.ToJsonString(Relaxed)
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Without_printer_columns_a_kind_shows_its_age(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(cluster, Open);

        JsonNode table = await TableAsync(cluster, kind.Path());

        Assert.Equal(
            "Name/string Age/date",
            string.Join(' ', table["columnDefinitions"]!.AsArray().Select(one => $"{one!["name"]}/{one["type"]}"))
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Custom_objects_can_own_objects_and_are_deleted_with_their_namespace(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        CustomKind kind = await CustomKind.CreateAsync(cluster, Open);
        JsonNode owner = await kind.MakeAsync("owner", "{}");
        await kind.MakeAsync("bystander", "{}");
        string maps = $"/api/v1/namespaces/{cluster.Namespace}/configmaps";
        var reference = new JsonObject
        {
            ["apiVersion"] = $"{kind.Group}/v1",
            ["kind"] = "Gadget",
            ["name"] = "owner",
            ["uid"] = (string)owner["metadata"]!["uid"]!,
        };
        JsonObject map = new()
        {
            ["metadata"] = new JsonObject { ["name"] = "owned", ["ownerReferences"] = new JsonArray(reference.DeepClone()) },
        };
        await cluster.SendAsync("POST", maps, map.ToJsonString());
        JsonObject child = kind.Item("child", "{}");
        child["metadata"]!["ownerReferences"] = new JsonArray(reference.DeepClone());
        await cluster.SendAsync("POST", kind.Path(), child.ToJsonString());

        await cluster.SendAsync("DELETE", kind.Path() + "/owner");

        foreach (string path in (string[])[maps + "/owned", kind.Path() + "/child"])
            await Eventually.HoldsAsync(
                path + " collected",
                async () => (await cluster.SendAsync("GET", path)).Code == HttpStatusCode.NotFound
            );
        Assert.Equal(HttpStatusCode.OK, (await cluster.SendAsync("GET", kind.Path() + "/bystander")).Code);
        string other = "other-" + cluster.Id;
        await cluster.SendAsync("POST", "/api/v1/namespaces", $$"""{"metadata":{"name":"{{other}}"} }""");
        WireAnswer inside = await cluster.SendAsync(
            "POST",
            $"/apis/{kind.Group}/v1/namespaces/{other}/gadgets",
            kind.Item("inside", "{}").ToJsonString()
        );
        Assert.Equal(HttpStatusCode.Created, inside.Code);
        await cluster.SendAsync("DELETE", $"/api/v1/namespaces/{other}");
        await Eventually.HoldsAsync(
            "the namespace gone",
            async () => (await cluster.SendAsync("GET", $"/api/v1/namespaces/{other}")).Code == HttpStatusCode.NotFound
        );
        Assert.Equal(
            ["bystander"],
            (await cluster.SendAsync("GET", $"/apis/{kind.Group}/v1/gadgets")).Json["items"]!
                .AsArray()
                .Select(one => (string)one!["metadata"]!["name"]!)
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Cluster_wide_kinds_have_no_namespace(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(cluster, Open, definition => definition["spec"]!["scope"] = "Cluster");

        WireAnswer made = await cluster.SendAsync("POST", kind.Path(isNamespaced: false), kind.Item("one", "{}").ToJsonString());

        Assert.Equal((HttpStatusCode.Created, null), (made.Code, made.Json["metadata"]!["namespace"]));
        Assert.Equal(HttpStatusCode.NotFound, (await cluster.SendAsync("GET", kind.Path())).Code);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task OpenAPI_describes_a_custom_kind_like_its_definition(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        Skip.If(cluster.Minor < 24, "OpenAPI 3 came with 1.24");
        CustomKind kind = await CustomKind.CreateAsync(
            cluster,
            """{"type":"object","description":"What is wanted.","properties":{"size":{"type":"integer","description":"How large."}}}"""
        );

        JsonNode document = await Eventually.GetAsync(
            "OpenAPI",
            async () =>
                await cluster.SendAsync("GET", $"/openapi/v3/apis/{kind.Group}/v1") is { Code: HttpStatusCode.OK } answer
                    ? answer.Json
                    : new JsonObject(),
            one => one["components"]?["schemas"]?[Schema(kind)] is not null
        );

        JsonNode spec = document["components"]!["schemas"]![Schema(kind)]!["properties"]!["spec"]!;
        Assert.Equal(
            ("What is wanted.", "How large.", "integer"),
            (
                (string)spec["description"]!,
                (string)spec["properties"]!["size"]!["description"]!,
                (string)spec["properties"]!["size"]!["type"]!
            )
        );

        static string Schema(CustomKind kind) => $"{string.Join('.', kind.Group.Split('.').Reverse())}.v1.Gadget";
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static string Sorted(JsonNode node) =>
        new JsonObject(
            node.AsObject()
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))
        ).ToJsonString();

    private static async Task<JsonNode> TableAsync(TestCluster cluster, string path) =>
        (await cluster.SendWithAsync([new("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")], "GET", path)).Json;
}
