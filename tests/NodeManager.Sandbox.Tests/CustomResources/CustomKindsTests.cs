using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Custom;
using NodeManager.Sandbox.Model.Resources;

namespace NodeManager.Sandbox.Tests.CustomResources;

public sealed class CustomKindsTests
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    [Theory]
    [InlineData("v1alpha1", "v1")]
    [InlineData("v1beta1", "v1")]
    [InlineData("v1", null)]
    [InlineData("v2", null)]
    public void A_deprecation_warning_recommends_the_preferred_version_that_is_not_deprecated(string version, string? replacement)
    {
        static JsonObject Version(string name, bool isDeprecated) =>
            new()
            {
                ["name"] = name,
                ["served"] = true,
                ["storage"] = name == "v1",
                ["deprecated"] = isDeprecated,
                ["schema"] = new JsonObject { ["openAPIV3Schema"] = new JsonObject { ["type"] = "object" } },
            };
        CustomDefinition definition = DefinitionReader.Read(
            new()
            {
                ["spec"] = new JsonObject
                {
                    ["versions"] = new JsonArray(
                        Version("v1alpha1", true),
                        Version("v1beta1", true),
                        Version("v1", false),
                        Version("v2", true)
                    ),
                },
            },
            36
        );

        Assert.Equal(replacement, definition.ReplacementOf(version));
    }

    [Fact]
    public async Task A_CustomResourceDefinition_is_served_as_soon_as_it_is_created()
    {
        using TestCluster cluster = new();
        await cluster.CreateAsync(Definitions, Definition("gadgets"));
        await cluster.CreateAsync(
            "/apis/example.com/v1/namespaces/default/gadgets",
            """{"apiVersion":"example.com/v1","kind":"Gadgets","metadata":{"name":"one"}}"""
        );
        Assert.Equal("one", await cluster.NamesAsync("/apis/example.com/v1/gadgets"));
    }

    [Fact]
    public async Task A_recreated_CustomResourceDefinition_has_no_objects()
    {
        using TestCluster cluster = new();
        for (int round = 0; round < 3; round++)
        {
            await cluster.CreateAsync(Definitions, Definition("gadgets"));
            Assert.Equal("", await cluster.NamesAsync("/apis/example.com/v1/gadgets"));
            await cluster.CreateAsync(
                "/apis/example.com/v1/namespaces/default/gadgets",
                """{"apiVersion":"example.com/v1","kind":"Gadgets","metadata":{"name":"one"}}"""
            );
            await cluster.OkAsync("DELETE", Definitions + "/gadgets.example.com");
            Assert.Null(cluster.Cluster.Catalog.Find("example.com", "v1", "gadgets"));
        }
    }

    [Fact]
    public async Task Kinds_are_added_and_removed_during_reads_and_writes()
    {
        using TestCluster cluster = new();
        await cluster.CreateAsync(Definitions, Definition("fixed"));
        using CancellationTokenSource done = new();
        Task reader = Task.Run(async () =>
        {
            for (int i = 0; !done.IsCancellationRequested; i++)
            {
                await cluster.GetAsync("/apis");
                await cluster.GetAsync("/apis/example.com/v1/fixed");
                await cluster.CreateAsync(
                    "/apis/example.com/v1/namespaces/default/fixed",
                    $$"""{"apiVersion":"example.com/v1","kind":"Fixed","metadata":{"name":"n{{i}}"} }"""
                );
            }
        });

        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(worker =>
                    Task.Run(async () =>
                    {
                        for (int round = 0; round < 10; round++)
                        {
                            string plural = $"things{worker}";
                            await cluster.CreateAsync(Definitions, Definition(plural));
                            await cluster.GetAsync($"/apis/example.com/v1/{plural}");
                            await cluster.OkAsync("DELETE", $"{Definitions}/{plural}.example.com");
                            Assert.Equal(
                                HttpStatusCode.NotFound,
                                (await cluster.SendAsync("GET", $"{Definitions}/{plural}.example.com")).Code
                            );
                        }
                    })
                )
        );
        done.Cancel();
        await reader;
        Assert.Equal("fixed.example.com", await cluster.NamesAsync(Definitions));
    }

    [Fact]
    public async Task Rules_that_are_not_evaluated_cause_a_warning()
    {
        using TestCluster cluster = new();
        JsonObject definition = JsonNode.Parse(Definition("gadgets"))!.AsObject();
        definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["x-kubernetes-validations"] = new JsonArray(
            new JsonObject { ["rule"] = "true" }
        );
        using HttpClient http = new(cluster.Cluster.CreateTransport()) { BaseAddress = cluster.Cluster.Server };

        using HttpResponseMessage answer = await http.PostAsync(
            Definitions,
            new StringContent(definition.ToJsonString(), System.Text.Encoding.UTF8, "application/json")
        );

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Contains("x-kubernetes-validations", string.Join(' ', answer.Headers.GetValues("Warning")), StringComparison.Ordinal);
    }

    private static string Definition(string plural) =>
        $$$"""
            {
              "metadata": { "name": "{{{plural}}}.example.com" },
              "spec": {
                "group": "example.com", "scope": "Namespaced", "names": { "plural": "{{{plural}}}", "kind": "{{{char.ToUpperInvariant(
                plural[0]
            )}}}{{{plural[1..]}}}", "singular": "one{{{plural}}}" },
                "versions": [ { "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } } } ]
              }
            }
            """;
}
