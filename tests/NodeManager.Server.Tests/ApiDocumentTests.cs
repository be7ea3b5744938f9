using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NJsonSchema;
using NJsonSchema.Validation;
using NodeManager.Server.Api;
using NodeManager.Server.Nodes;
using NodeManager.Testing;

namespace NodeManager.Server.Tests;

/// <summary>The OpenAPI document describes what the routes answer: real answers are checked against it by a validator of others.</summary>
public sealed class ApiDocumentTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
    private static readonly string[] Nodes = [NodeRoutes.Prefix + "/nodes", NodeRoutes.Prefix + "/nodes/{name}"];

    [Fact]
    public async Task Every_route_of_the_API_is_described_with_its_answers()
    {
        JsonObject document = await DocumentAsync();
        IEnumerable<string> mapped = server
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(static route =>
                route.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal) && route.RoutePattern.RawText != ApiDocument.Path
            )
            .Select(static route =>
                $"{route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0]} {Plain(route.RoutePattern.RawText!)}"
            );
        List<string> described = [];
        foreach ((string path, JsonNode? item) in document["paths"]!.AsObject())
        {
            foreach ((string method, JsonNode? operation) in item!.AsObject())
            {
                described.Add($"{method.ToUpperInvariant()} {path}");
                JsonObject responses = operation!["responses"]!.AsObject();
                Assert.True(responses.ContainsKey("401"), $"{method} {path}");
                Assert.Contains(responses, static one => one.Key[0] == '2');
            }
        }

        Assert.Equal(mapped.Order(), described.Order());
    }

    [Theory]
    [InlineData("GET", "/api/plugins/streamspace-node-manager/nodes", null, null)]
    [InlineData("GET", "/api/plugins/streamspace-node-manager/nodes/stats", null, null)]
    [InlineData("GET", "/api/plugins/streamspace-node-manager/nodes/{name}", "NODE", null)]
    [InlineData("GET", "/api/plugins/streamspace-node-manager/nodes/{name}", "none", null)]
    [InlineData("PUT", "/api/plugins/streamspace-node-manager/nodes/{name}/labels", "NODE", """{"key":"a","value":"b"}""")]
    [InlineData("PUT", "/api/plugins/streamspace-node-manager/nodes/{name}/labels", "NODE", """{"value":"b"}""")]
    [InlineData(
        "POST",
        "/api/plugins/streamspace-node-manager/nodes/{name}/taints",
        "NODE",
        """{"key":"a","value":"b","effect":"PreferNoSchedule"}"""
    )]
    [InlineData("POST", "/api/plugins/streamspace-node-manager/nodes/{name}/cordon", "NODE", null)]
    [InlineData("POST", "/api/plugins/streamspace-node-manager/nodes/{name}/drain", "NODE", """{"timeout_seconds":0}""")]
    [InlineData("POST", "/api/plugins/streamspace-node-manager/nodes/{name}/uncordon", "NODE", null)]
    [InlineData("GET", "/api/v1/nodepools", null, null)]
    [InlineData("GET", "/api/v1/nodepools?limit=0", null, null)]
    [InlineData("GET", "/api/v1/nodepools/{id}", "POOL", null)]
    [InlineData("GET", "/api/v1/nodepools/{id}", "none", null)]
    [InlineData("GET", "/api/v1/nodepools/{id}/status", "POOL", null)]
    [InlineData(
        "POST",
        "/api/v1/nodepools",
        null,
        """{"name":"described","spec":{"platform":{"type":"gcp","gcp":{"machineType":"n1-standard-4"}},"nodeCount":0}}"""
    )]
    [InlineData("GET", "/api/v1/nodepools/overview", null, null)]
    [InlineData("GET", "/api/v1/nodepools/{id}/overview", "POOL", null)]
    [InlineData("GET", "/api/v1/nodepools/{id}/nodes", "POOL", null)]
    [InlineData("POST", "/api/v1/nodepools/{id}/plan", "POOL", """{"node_count":9}""")]
    [InlineData("GET", "/api/v1/nodepools/{id}/update", "POOL", null)]
    [InlineData("POST", "/api/v1/nodepools/{id}/update", "POOL", """{"strategy":"Surge"}""")]
    [InlineData("GET", "/api/v1/plugins", null, null)]
    [InlineData("POST", "/api/v1/plugins/{plugin}/disable?dry_run=true", "ImageLocality", null)]
    [InlineData("POST", "/api/v1/config/backup", null, null)]
    [InlineData("GET", "/api/v1/config/revisions", null, null)]
    [InlineData("GET", "/api/v1/health", null, null)]
    [InlineData("GET", "/api/plugins/streamspace-node-manager/nodes/{name}/usage", "NODE", null)]
    [InlineData("GET", "/api/v1/autoscaler", null, null)]
    [InlineData("GET", "/api/v1/autoscaler?decisions=-1", null, null)]
    [InlineData("GET", "/api/v1/maintenances", null, null)]
    [InlineData("GET", "/api/v1/maintenances/{id}", "none", null)]
    [InlineData("POST", "/api/v1/maintenances/plan", null, """{"nodes":["worker-1a-01"]}""")]
    [InlineData("POST", "/api/v1/maintenances/plan", null, """{"nodes":["none"]}""")]
    [InlineData("POST", "/api/v1/maintenances", null, """{"nodes":[],"soak_seconds":-1}""")]
    [InlineData("GET", "/api/v1/alerts", null, null)]
    [InlineData("GET", "/api/v1/operations", null, null)]
    [InlineData("GET", "/api/v1/operations/{id}", "none", null)]
    [InlineData("GET", "/api/v1/me", null, null)]
    public async Task Responses_match_the_OpenAPI_document(string method, string path, string? name, string? body)
    {
        using var request = new HttpRequestMessage(new(method), await FillAsync(path, name));
        if (body is not null)
            request.Content = new StringContent(body, null, "application/json");
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        string answer = await response.Content.ReadAsStringAsync();

        JsonObject document = await DocumentAsync();
        JsonNode? described = document["paths"]![path.Split('?')[0]]![method.ToLowerInvariant()]!["responses"]![
            $"{(int)response.StatusCode}"
        ];
        Assert.True(described is not null, $"{method} {path} answers {response.StatusCode}, which is not described: {answer}");
        JsonSchema schema = await SchemaAsync(document, described["content"]!["application/json"]!["schema"]!);
        ICollection<ValidationError> errors = schema.Validate(answer);
        Assert.True(errors.Count == 0, $"{string.Join('\n', errors)}\n{answer[..Math.Min(answer.Length, 500)]}");
    }

    [Fact]
    public async Task The_validator_reports_a_response_that_does_not_match()
    {
        JsonObject document = await DocumentAsync();
        JsonSchema schema = await SchemaAsync(
            document,
            document["paths"]![Nodes[1]]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!
        );
        Assert.NotEmpty(schema.Validate("""{"name": 1}"""));
    }

    /// <summary>The types of the console are generated from the committed document; <c>./build.ps1 -Task Api</c> writes both.</summary>
    [Fact]
    public async Task The_committed_document_and_its_types_are_those_of_the_routes()
    {
        const string command = "Run ./build.ps1 -Task Api, which needs Node.js, and commit the two files.";
        string path = Path.Combine(RepositoryFolder.Path, "docs", "reference", "api", "openapi.json");
        string served = (await DocumentAsync()).ToJsonString(Indented) + "\n";
        if (Environment.GetEnvironmentVariable("NODEMANAGER_WRITE_REFERENCE") == "1")
            await File.WriteAllTextAsync(path, served);
        Assert.True(
            served == await File.ReadAllTextAsync(path),
            $"docs/reference/api/openapi.json is not the document that the server answers. {command}"
        );
        string types = await File.ReadAllTextAsync(
            Directory
                .EnumerateFiles(Path.Combine(RepositoryFolder.Path, "src"), "schema.d.ts", SearchOption.AllDirectories)
                .Single(static file => !file.Contains("node_modules", StringComparison.Ordinal))
        );
        if (Environment.GetEnvironmentVariable("NODEMANAGER_WRITE_REFERENCE") != "1")
            Assert.True(
                types.Contains(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(served))), StringComparison.Ordinal),
                $"schema.d.ts was generated from another docs/reference/api/openapi.json. {command}"
            );
    }

    [Fact]
    public async Task The_OpenAPI_document_requires_credentials()
    {
        using var stranger = new HttpClient { BaseAddress = server.Client.BaseAddress };
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(new Uri(ApiDocument.Path, UriKind.Relative))).StatusCode);
    }

    private async Task<string> FillAsync(string path, string? name)
    {
        if (name is null)
            return path;
        string value = name switch
        {
            "NODE" => (string)
                (await server.Client.GetFromJsonAsync<JsonArray>(Nodes[0]))!.First(static n =>
                    ((string)n!["name"]!).StartsWith("worker", StringComparison.Ordinal)
                )!["name"]!,
            "POOL" => (string)(await server.Client.GetFromJsonAsync<JsonObject>("/api/v1/nodepools"))!["nodepools"]![0]!["id"]!,
            _ => name,
        };
        return path[..path.IndexOf('{', StringComparison.Ordinal)] + value + path[(path.IndexOf('}', StringComparison.Ordinal) + 1)..];
    }

    private async Task<JsonObject> DocumentAsync() => (await server.Client.GetFromJsonAsync<JsonObject>(ApiDocument.Path))!;

    // The validator knows definitions, and not the components of a document.
    private static Task<JsonSchema> SchemaAsync(JsonObject document, JsonNode schema)
    {
        var root = new JsonObject
        {
            ["allOf"] = new JsonArray(schema.DeepClone()),
            ["definitions"] = document["components"]!["schemas"]!.DeepClone(),
        };
        return JsonSchema.FromJsonAsync(
            root.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
                .Replace("#/components/schemas/", "#/definitions/", StringComparison.Ordinal)
        );
    }

    private static string Plain(string pattern) =>
        pattern.Replace("**", "", StringComparison.Ordinal).Replace(":long", "", StringComparison.Ordinal).TrimEnd('/');
}
