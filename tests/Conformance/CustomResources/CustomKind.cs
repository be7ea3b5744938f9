using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.CustomResources;

/// <summary>A custom kind of one test's own, established.</summary>
internal sealed class CustomKind(TestCluster cluster, string plural, string group)
{
    public const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    public string Group => group;

    public string Plural => plural;

    public string Name => $"{plural}.{group}";

    public string Path(string version = "v1", bool isNamespaced = true) =>
        isNamespaced ? $"/apis/{group}/{version}/namespaces/{cluster.Namespace}/{plural}" : $"/apis/{group}/{version}/{plural}";

    /// <summary>A definition of one version, v1, with the schema of <c>spec</c> and a status of anything.</summary>
    public static JsonObject Define(string plural, string group, string kind, string spec) =>
        JsonNode
            .Parse(
                $$"""
                {
                  "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": "{{plural}}.{{group}}" },
                  "spec": {
                    "group": "{{group}}", "scope": "Namespaced", "names": { "plural": "{{plural}}", "kind": "{{kind}}" },
                    "versions": [ {
                      "name": "v1", "served": true, "storage": true, "subresources": { "status": {} },
                      "schema": { "openAPIV3Schema": { "type": "object", "properties": {
                        "spec": {{spec}}, "status": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } } } }
                    } ]
                  }
                }
                """
            )!
            .AsObject();

    /// <summary>Creates the definition of a kind called Gadget and awaits that it is served.</summary>
    public static async Task<CustomKind> CreateAsync(TestCluster cluster, string spec, Action<JsonObject>? adjust = null)
    {
        string group = $"t{cluster.Id}.example.com";
        JsonObject definition = Define("gadgets", group, "Gadget", spec);
        adjust?.Invoke(definition);
        WireAnswer answer = await cluster.SendAsync("POST", Definitions, definition.ToJsonString());
        Assert.True(answer.Code == HttpStatusCode.Created, answer.Text);
        var kind = new CustomKind(cluster, "gadgets", group);
        await kind.WaitEstablishedAsync();
        return kind;
    }

    /// <summary>The first version of a definition.</summary>
    public static JsonObject Version(JsonObject definition, int index = 0) => definition["spec"]!["versions"]![index]!.AsObject();

    public async Task WaitEstablishedAsync()
    {
        await Eventually.HoldsAsync(
            "established",
            async () =>
            {
                JsonNode definition = (await cluster.SendAsync("GET", $"{Definitions}/{Name}")).Json;
                return definition["status"]
                        ?["conditions"]?.AsArray()
                        .Any(one => (string?)one!["type"] == "Established" && (string?)one["status"] == "True") == true;
            }
        );

        // A real server serves the kind a moment later, and its discovery names it later still.
        string version = (string)(await cluster.SendAsync("GET", $"{Definitions}/{Name}")).Json["spec"]!["versions"]![0]!["name"]!;
        await Eventually.HoldsAsync(
            "served",
            async () =>
                (await cluster.SendAsync("GET", $"/apis/{group}/{version}/{plural}")).Code == HttpStatusCode.OK
                && await cluster.SendAsync("GET", $"/apis/{group}/{version}") is { Code: HttpStatusCode.OK } discovery
                && discovery.Json["resources"]!.AsArray().Any(one => (string?)one!["name"] == plural)
        );
    }

    public JsonObject Item(string name, string spec, string version = "v1") =>
        JsonNode
            .Parse(
                $$"""{ "apiVersion": "{{group}}/{{version}}", "kind": "Gadget", "metadata": { "name": "{{name}}" }, "spec": {{spec}} }"""
            )!
            .AsObject();

    public Task<WireAnswer> PostAsync(string name, string spec, string version = "v1", string query = "") =>
        cluster.SendAsync("POST", Path(version) + query, Item(name, spec, version).ToJsonString());

    public async Task<JsonNode> MakeAsync(string name, string spec, string version = "v1")
    {
        WireAnswer answer = await PostAsync(name, spec, version);
        Assert.True(answer.Code == HttpStatusCode.Created, answer.Text);
        return answer.Json;
    }
}
