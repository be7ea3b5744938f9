using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.CustomResources;

/// <summary>CustomResourceDefinitions themselves: what they may say, and what becomes of them.</summary>
public sealed class DefinitionTests
{
    private const string Root = "/spec/versions/0/schema/openAPIV3Schema";
    private const string Spec = Root + "/properties/spec";

    // Where, what instead, and the field and words of one of the causes: their order is not guaranteed.
    private static readonly (string Path, string? Value, string Field, string Message)[] Refused =
    [
        (
            "/metadata/name",
            "\"other.example.com\"",
            "metadata.name",
            "Invalid value: \"other.example.com\": must be spec.names.plural+\".\"+spec.group"
        ),
        ("/spec/scope", "\"Foo\"", "spec.scope", "Unsupported value: \"Foo\": supported values: \"Cluster\", \"Namespaced\""),
        ("/spec/scope", null, "spec.scope", "Required value"),
        ("/spec/names/listKind", "\"Gadget\"", "spec.names.listKind", "Invalid value: \"Gadget\": kind and listKind may not be the same"),
        ("/spec/names/kind", null, "spec.names.singular", "Required value"),
        (
            "/spec/conversion",
            """{"strategy":"Foo"}""",
            "spec.conversion.strategy",
            "Unsupported value: \"Foo\": supported values: \"None\", \"Webhook\""
        ),
        (
            "/spec/versions/0/deprecationWarning",
            "\"x\"",
            "spec.versions[0].deprecationWarning",
            "Invalid value: \"x\": can only be set for deprecated versions"
        ),
        (Root + "/type", null, "spec.validation.openAPIV3Schema.type", "Required value: must not be empty at the root"),
        (Root + "/type", "\"string\"", "spec.validation.openAPIV3Schema.type", "Invalid value: \"string\": must be object at the root"),
        (
            Spec,
            """{"properties":{"a":{"type":"string"}}}""",
            "spec.validation.openAPIV3Schema.properties[spec].type",
            "Required value: must not be empty for specified object fields"
        ),
        (Spec, """{"type":"array"}""", "spec.validation.openAPIV3Schema.properties[spec].items", "Required value: must be specified"),
        (
            Spec,
            """{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":{"type":"string"}}""",
            "spec.validation.openAPIV3Schema.properties[spec].additionalProperties",
            "Forbidden: additionalProperties and properties are mutual exclusive"
        ),
        (
            Spec,
            """{"type":"array","uniqueItems":true,"items":{"type":"string"}}""",
            "spec.validation.openAPIV3Schema.properties[spec].uniqueItems",
            "Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        ),
        (
            Spec,
            """{"type":"object","properties":{"a":{"type":"string","default":5}}}""",
            "spec.validation.openAPIV3Schema.properties[spec].properties[a].default",
            "Invalid value: \"integer\":  in body must be of type string: \"integer\""
        ),
        (
            Spec,
            """{"type":"object","anyOf":[{"description":"x"}]}""",
            "spec.validation.openAPIV3Schema.properties[spec].anyOf[0].description",
            "Forbidden: must be empty to be structural"
        ),
        (
            Spec,
            """{"type":"object","x-kubernetes-embedded-resource":true}""",
            "spec.validation.openAPIV3Schema.properties[spec].properties",
            "Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"
        ),
        (
            Spec,
            """{"type":"array","x-kubernetes-list-type":"map","items":{"type":"object","properties":{"a":{"type":"string"}}}}""",
            "spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-list-map-keys",
            "Required value: must not be empty if x-kubernetes-list-type is map"
        ),
        (
            Spec,
            """{"type":"array","x-kubernetes-list-type":"foo","items":{"type":"string"}}""",
            "spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-list-type",
            "Unsupported value: \"foo\": supported values: \"atomic\", \"set\", \"map\""
        ),
        (
            "/spec/versions/0/additionalPrinterColumns",
            """[{"name":"A","type":"foo","jsonPath":".a"}]""",
            "spec.additionalPrinterColumns[0].type",
            "Invalid value: \"foo\": must be one of boolean,date,integer,number,string"
        ),
        (
            "/spec/versions/0/subresources",
            """{"scale":{"specReplicasPath":".spec.x","statusReplicasPath":".foo"}}""",
            "spec.subresources.scale.statusReplicasPath",
            "Invalid value: \".foo\": should be a json path under .status"
        ),
    ];

    [SkippableTheory]
    [AllBackends]
    public async Task An_invalid_CustomResourceDefinition_is_refused_with_the_message_of_the_server(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        foreach ((string path, string? value, string field, string message) in Refused)
        {
            JsonObject definition = CustomKind.Define("gadgets", $"t{cluster.Id}.example.com", "Gadget", """{"type":"object"}""");
            Change(definition, path, value);
            WireAnswer answer = await cluster.SendAsync("POST", CustomKind.Definitions + "?dryRun=All", definition.ToJsonString());
            Assert.True(answer.Code == HttpStatusCode.UnprocessableEntity, $"{path} {value}: {answer.Text}");
            Assert.Contains(
                (field, message),
                answer.Json["details"]!["causes"]!.AsArray().Select(cause => ((string)cause!["field"]!, (string)cause["message"]!))
            );
        }
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_CustomResourceDefinition_is_established_and_discovered_under_all_its_names(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(
            cluster,
            """{"type":"object"}""",
            definition =>
            {
                definition["spec"]!["names"]!["shortNames"] = new JsonArray("gd");
                definition["spec"]!["names"]!["categories"] = new JsonArray("all");
                CustomKind.Version(definition)["subresources"]!["scale"] = new JsonObject
                {
                    ["specReplicasPath"] = ".spec.size",
                    ["statusReplicasPath"] = ".status.size",
                };
                JsonArray versions = definition["spec"]!["versions"]!.AsArray();
                foreach (string name in (ReadOnlySpan<string>)["v1beta1", "v2alpha1", "v10", "experimental"])
                {
                    JsonObject more = versions[0]!.DeepClone().AsObject();
                    (more["name"], more["storage"]) = (name, false);
                    versions.Add(more);
                }
            }
        );

        JsonNode status = (await cluster.SendAsync("GET", $"{CustomKind.Definitions}/{kind.Name}")).Json["status"]!;
        Assert.Equal(
            ("gadget", "GadgetList", "v1"),
            (
                (string)status["acceptedNames"]!["singular"]!,
                (string)status["acceptedNames"]!["listKind"]!,
                (string)status["storedVersions"]![0]!
            )
        );
        JsonNode group = await Eventually.GetAsync(
            "discovery",
            async () => (await cluster.SendAsync("GET", "/apis/" + kind.Group)).Json,
            one => one["versions"]?.AsArray().Count == 5
        );
        Assert.Equal(
            ["v10", "v1", "v1beta1", "v2alpha1", "experimental"],
            group["versions"]!.AsArray().Select(one => (string)one!["version"]!)
        );
        JsonArray resources = (await cluster.SendAsync("GET", $"/apis/{kind.Group}/v1")).Json["resources"]!.AsArray();
        JsonNode main = resources.First(one => (string?)one!["name"] == "gadgets")!;
        Assert.Equal(
            ("gadget", "Gadget", "gd", "all", "delete deletecollection get list patch create update watch"),
            (
                (string)main["singularName"]!,
                (string)main["kind"]!,
                (string)main["shortNames"]![0]!,
                (string)main["categories"]![0]!,
                string.Join(' ', main["verbs"]!.AsArray().Select(one => (string?)one))
            )
        );
        Assert.Equal(
            ["gadgets", "gadgets/scale", "gadgets/status"],
            resources.Select(one => (string)one!["name"]!).Order(StringComparer.Ordinal)
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_CustomResourceDefinition_with_a_conflicting_name_waits_for_it(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(cluster, """{"type":"object"}""");
        JsonObject rival = CustomKind.Define("rivals", kind.Group, "Gadget", """{"type":"object"}""");
        await cluster.SendAsync("POST", CustomKind.Definitions, rival.ToJsonString());

        JsonNode accepted = await ConditionAsync(cluster, "rivals." + kind.Group, "NamesAccepted", "False");
        Assert.Equal(("ListKindConflict", "\"GadgetList\" is already in use"), ((string)accepted["reason"]!, (string)accepted["message"]!));
        Assert.Equal("NotAccepted", (string)(await ConditionAsync(cluster, "rivals." + kind.Group, "Established", "False"))["reason"]!);
        Assert.Equal(HttpStatusCode.NotFound, (await cluster.SendAsync("GET", $"/apis/{kind.Group}/v1/rivals")).Code);

        await cluster.SendAsync("DELETE", $"{CustomKind.Definitions}/{kind.Name}");
        await new CustomKind(cluster, "rivals", kind.Group).WaitEstablishedAsync();
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Deleting_a_CustomResourceDefinition_deletes_its_objects_and_waits_for_finalizers(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(cluster, """{"type":"object"}""");
        await kind.MakeAsync("free", "{}");
        JsonObject held = kind.Item("held", "{}");
        held["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        Assert.Equal(HttpStatusCode.Created, (await cluster.SendAsync("POST", kind.Path(), held.ToJsonString())).Code);

        WireAnswer answer = await cluster.SendAsync("DELETE", $"{CustomKind.Definitions}/{kind.Name}");

        Assert.Equal((HttpStatusCode.OK, "CustomResourceDefinition"), (answer.Code, (string)answer.Json["kind"]!));
        await Eventually.HoldsAsync(
            "the free one gone",
            async () => (await cluster.SendAsync("GET", kind.Path() + "/free")).Code == HttpStatusCode.NotFound
        );
        JsonNode terminating = await ConditionAsync(cluster, kind.Name, "Terminating", "True");
        Assert.Contains((string)terminating["reason"]!, (string[])["InstanceDeletionPending", "InstanceDeletionInProgress"]);
        WireAnswer refused = await kind.PostAsync("late", "{}");
        Assert.Equal(cluster.Minor < 22 ? HttpStatusCode.MethodNotAllowed : HttpStatusCode.Forbidden, refused.Code);
        Assert.EndsWith(
            "create not allowed while custom resource definition is terminating",
            (string)refused.Json["message"]!,
            StringComparison.Ordinal
        );

        await cluster.SendAsync("PATCH", kind.Path() + "/held", """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");
        await Eventually.HoldsAsync(
            "the definition gone",
            async () => (await cluster.SendAsync("GET", $"{CustomKind.Definitions}/{kind.Name}")).Code == HttpStatusCode.NotFound
        );
        await Eventually.HoldsAsync(
            "the kind gone",
            async () => (await cluster.SendAsync("GET", kind.Path())).Code == HttpStatusCode.NotFound
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Immutable_fields_and_stored_versions_of_a_definition_are_kept(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(cluster, """{"type":"object"}""");
        string path = $"{CustomKind.Definitions}/{kind.Name}";

        WireAnswer scope = await cluster.SendAsync("PATCH", path, """{"spec":{"scope":"Cluster"}}""", "application/merge-patch+json");
        JsonObject renamed = (await cluster.SendAsync("GET", path)).Json.AsObject();
        CustomKind.Version(renamed)["name"] = "v2";
        WireAnswer version = await cluster.SendAsync("PUT", path, renamed.ToJsonString());

        Assert.Equal("Invalid value: \"Cluster\": field is immutable", (string)scope.Json["details"]!["causes"]![0]!["message"]!);
        Assert.Equal(("Invalid", "status.storedVersions[0]"), (version.Reason, (string)version.Json["details"]!["causes"]![0]!["field"]!));
    }

    private static Task<JsonNode> ConditionAsync(TestCluster cluster, string name, string type, string status) =>
        Eventually.GetAsync(
            $"{type} {status}",
            async () =>
                (await cluster.SendAsync("GET", $"{CustomKind.Definitions}/{name}"))
                    .Json["status"]
                    ?["conditions"]?.AsArray()
                    .FirstOrDefault(one => (string?)one!["type"] == type)
                ?? new JsonObject(),
            one => (string?)one["status"] == status
        );

    private static void Change(JsonObject document, string path, string? value)
    {
        string[] steps = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        JsonNode owner = document;
        foreach (string step in steps[..^1])
            owner = owner is JsonArray list ? list[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)]! : owner[step]!;
        if (value is null)
            owner.AsObject().Remove(steps[^1]);
        else
            owner[steps[^1]] = JsonNode.Parse(value);
    }
}
