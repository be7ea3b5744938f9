using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Protobuf;

namespace NodeManager.Sandbox.Tests.Api;

/// <summary>What the API says of itself, as kubectl explains, checks and merges by it.</summary>
public sealed class OpenApiTests
{
    private const string PodSpec = "io.k8s.api.core.v1.PodSpec";

    [Fact]
    public async Task Fields_are_described_by_their_API_names_with_requirements_and_accepted_values()
    {
        using var cluster = new TestCluster();
        JsonNode schemas = (await cluster.GetAsync("/openapi/v3/api/v1"))["components"]!["schemas"]!;
        JsonNode taint = schemas["io.k8s.api.core.v1.Taint"]!;
        Assert.Equal("""["key","effect"]""", Sorted(taint["required"]!));
        Assert.Equal("""["NoExecute","NoSchedule","PreferNoSchedule"]""", taint["properties"]!["effect"]!["enum"]!.ToJsonString());
        Assert.Equal(
            "#/components/schemas/io.k8s.api.core.v1.Taint",
            (string?)schemas["io.k8s.api.core.v1.NodeSpec"]!["properties"]!["taints"]!["items"]!["allOf"]![0]!["$ref"]
        );
        Assert.Equal("merge,retainKeys", (string?)schemas[PodSpec]!["properties"]!["volumes"]!["x-kubernetes-patch-strategy"]);
        Assert.Equal(
            """[{"group":"","kind":"Node","version":"v1"}]""",
            schemas["io.k8s.api.core.v1.Node"]!["x-kubernetes-group-version-kind"]!.ToJsonString()
        );

        static string Sorted(JsonNode required) =>
            new JsonArray([
                .. required.AsArray().Select(static one => (string)one!).OrderDescending().Select(static one => JsonValue.Create(one)),
            ]).ToJsonString();
    }

    [Theory]
    [InlineData("1.20", false, false)]
    [InlineData("1.25", false, true)]
    [InlineData("1.26", true, true)]
    public async Task Described_fields_are_those_of_the_served_version(string version, bool hasGates, bool hasValues)
    {
        using var cluster = new TestCluster(version);
        JsonNode properties = (await cluster.GetAsync("/openapi/v2"))["definitions"]![PodSpec]!["properties"]!;
        Assert.Equal(hasGates, properties["schedulingGates"] is not null);
        Assert.Equal(hasValues, properties["restartPolicy"]!["enum"] is not null);
        Assert.NotNull(properties["tolerations"]);

        JsonObject made = await cluster.CreateAsync(
            "/api/v1/namespaces/default/pods?dryRun=All",
            """{"metadata":{"name":"a"},"spec":{"schedulingGates":[{"name":"example.com/wait"}],"containers":[{"name":"a","image":"a"}]}}"""
        );
        Assert.Equal(hasGates, made["spec"]!["schedulingGates"] is not null);
    }

    [Fact]
    public async Task Two_versions_of_a_kind_have_separate_types()
    {
        using var cluster = new TestCluster("1.22");
        JsonNode definitions = (await cluster.GetAsync("/openapi/v2"))["definitions"]!;
        foreach (string version in (ReadOnlySpan<string>)["v1", "v1beta1"])
        {
            Assert.Equal(
                $"#/definitions/io.k8s.api.policy.{version}.PodDisruptionBudgetSpec",
                (string?)definitions[$"io.k8s.api.policy.{version}.PodDisruptionBudget"]!["properties"]!["spec"]!["$ref"]
            );
            Assert.NotNull(definitions[$"io.k8s.api.policy.{version}.PodDisruptionBudgetSpec"]!["properties"]!["minAvailable"]);
        }
    }

    [Fact]
    public async Task OpenAPI_v2_omits_what_it_cannot_express()
    {
        using var cluster = new TestCluster("1.20");
        await cluster.CreateAsync(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
            """
            {"metadata":{"name":"gadgets.example.com"},"spec":{"group":"example.com","scope":"Cluster","names":{"plural":"gadgets","kind":"Gadget"},
            "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","required":["size"],
            "properties":{"size":{"type":"integer","description":"How large."},"maybe":{"type":"string","nullable":true},"either":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]},
            "open":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"a":{"type":"string"}}}}}}}}}]}}
            """
        );
        JsonNode gadget = (await cluster.GetAsync("/openapi/v2"))["definitions"]!["com.example.v1.Gadget"]!;
        JsonNode spec = gadget["properties"]!["spec"]!["properties"]!;
        Assert.Equal("""{"type":"integer","description":"How large."}""", spec["size"]!.ToJsonString());
        Assert.Equal("{}", spec["maybe"]!.ToJsonString());
        Assert.Equal("""{"x-kubernetes-int-or-string":true}""", spec["either"]!.ToJsonString());
        Assert.Null(spec["open"]!["properties"]);
        Assert.Equal("#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", (string?)gadget["properties"]!["metadata"]!["$ref"]);
    }

    [Fact]
    public async Task OpenAPI_v2_is_equal_in_protocol_buffers()
    {
        using var cluster = new TestCluster("1.20");
        using var http = new HttpClient(cluster.Cluster.CreateTransport()) { BaseAddress = cluster.Cluster.Server };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v2");
        request.Headers.TryAddWithoutValidation("Accept", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf");
        using HttpResponseMessage answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        byte[] document = await answer.Content.ReadAsByteArrayAsync();

        // Document: definitions = 9; schema: required = 19, properties = 25, vendor_extension = 31; of all that is named, name = 1, value = 2.
        byte[] definitions = Assert.Single(Fields(document, 9));
        Dictionary<string, byte[]> schemas = Named(Fields(definitions, 1));
        JsonObject json = (await cluster.GetAsync("/openapi/v2"))["definitions"]!.AsObject();
        Assert.Equal(json.Select(static one => one.Key).Order(), schemas.Keys.Order());
        foreach ((string name, JsonNode? schema) in json)
        {
            string[] properties = [.. Fields(schemas[name], 25).SelectMany(static all => Named(Fields(all, 1)).Keys).Order()];
            Assert.Equal((schema!["properties"]?.AsObject() ?? []).Select(static one => one.Key).Order(), properties);
            Assert.Equal(
                (schema["required"]?.AsArray() ?? []).Select(static one => (string)one!),
                Fields(schemas[name], 19).Select(Encoding.UTF8.GetString)
            );
        }

        Dictionary<string, byte[]> extensions = Named(Fields(schemas["io.k8s.api.core.v1.Node"], 31));
        Assert.Equal(
            """[{"group":"","kind":"Node","version":"v1"}]""",
            Encoding.UTF8.GetString(Fields(extensions["x-kubernetes-group-version-kind"], 2)[0]).Trim()
        );
    }

    private static Dictionary<string, byte[]> Named(List<byte[]> messages) =>
        messages.ToDictionary(static one => Encoding.UTF8.GetString(Fields(one, 1)[0]), static one => Fields(one, 2)[0]);

    private static List<byte[]> Fields(byte[] message, int number)
    {
        var found = new List<byte[]>();
        var reader = new WireReader(message);
        while (reader.Read())
            if (reader.FieldNumber == number)
                found.Add(reader.Bytes.ToArray());
        return found;
    }
}
