using System.Text.Json.Nodes;
using NodeManager.Conformance.CustomResources;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Ownership;

namespace NodeManager.Conformance.Semantics;

/// <summary>What clients are told of the kinds that are served.</summary>
public sealed class DiscoveryTests
{
    [SkippableTheory]
    [AllBackends("/api/v1", "pods", "pod", "xPOwRZ+Yhw8=")]
    [AllBackends("/api/v1", "nodes", "node", "XwShjMxG9Fs=")]
    [AllBackends("/apis/apps/v1", "deployments", "deployment", "8aSe+NMegvE=")]
    [AllBackends("/apis/batch/v1", "jobs", "job", "mudhfqk/qZY=")]
    [AllBackends("/apis/networking.k8s.io/v1", "networkpolicies", "networkpolicy", "YpfwF18m1G8=")]
    [AllBackends("/api/v1", "resourcequotas", "resourcequota", "8uhSgffRX6w=")]
    [AllBackends("/apis/rbac.authorization.k8s.io/v1", "roles", "role", "7FuwZcIIItM=")]
    public async Task Built_in_kinds_have_singular_names_and_storage_version_hashes(
        string backend,
        string group,
        string plural,
        string singular,
        string hash
    )
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        JsonNode told = (await cluster.ReadAsync(group))["resources"]!.AsArray().Single(one => (string)one!["name"]! == plural)!;

        Assert.Equal((cluster.Minor < 27 ? "" : singular, hash), ((string?)told["singularName"], (string?)told["storageVersionHash"]));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task OpenAPI_v2_omits_properties_of_kinds_that_preserve_unknown_fields(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        CustomKind kind = await CustomKind.CreateAsync(
            cluster,
            """{"type":"object"}""",
            static definition =>
                CustomKind.Version(definition)["schema"]!["openAPIV3Schema"]!["x-kubernetes-preserve-unknown-fields"] = true
        );
        string name = $"{string.Join('.', kind.Group.Split('.').Reverse())}.v1.Gadget";

        JsonNode schema =
            await Eventually.GetAsync(
                "the schema",
                async () => (await cluster.ReadAsync("/openapi/v2"))["definitions"]![name],
                static found => found is not null
            ) ?? throw new InvalidOperationException();

        Assert.Equal(
            ["type", "x-kubernetes-group-version-kind"],
            schema.AsObject().Select(static pair => pair.Key).Order(StringComparer.Ordinal)
        );
        if (cluster.Minor < 27)
            return;
        JsonNode third = (await cluster.ReadAsync($"/openapi/v3/apis/{kind.Group}/v1"))["components"]!["schemas"]![name]!;
        Assert.NotNull(third["properties"]!["metadata"]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Responses_are_indented_on_request(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        WireAnswer pretty = await cluster.SendAsync("GET", $"/api/v1/namespaces/{cluster.Namespace}?pretty=true"),
            refused = await cluster.SendAsync("GET", "/api/v1/namespaces/none?pretty=1");

        Assert.StartsWith(
            "{\n  \"kind\": \"Namespace\",\n  \"apiVersion\": \"v1\",\n  \"metadata\": {\n    \"",
            pretty.Text,
            StringComparison.Ordinal
        );
        Assert.StartsWith("{\n  \"kind\": \"Status\",\n", refused.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "\n  ",
            (await cluster.SendAsync("GET", $"/api/v1/namespaces/{cluster.Namespace}?pretty=false")).Text,
            StringComparison.Ordinal
        );
    }
}
