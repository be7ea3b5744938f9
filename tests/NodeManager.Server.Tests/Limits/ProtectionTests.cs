using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NodeManager.Core.Configuration;
using NodeManager.Server.Access;
using NodeManager.Server.Agents.Plans;
using NodeManager.Server.Delegation;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.Tests.Limits;

/// <summary>Changes of a protected cluster over the REST API and by agents.</summary>
public sealed class ProtectionTests : IAsyncLifetime
{
    // They change nothing: plans, and the end of work.
    private static readonly string[] Harmless =
    [
        "DELETE /api/v1/operations/{id}",
        "POST /api/v1/agents/plans/{id}/deny",
        "POST /api/v1/maintenances/plan",
        $"POST {NodeRoutes.Prefix}/nodes/drain/plan",
        $"POST {NodeRoutes.Prefix}/nodes/drain/rehearsal",
        "POST /api/v1/nodepools/{id}/plan",
        "POST /api/v1/nodepools/{id}/update/plan",
    ];

    private readonly EmbeddedServer _server = new();

    public async Task InitializeAsync()
    {
        await _server.InitializeAsync();
        ClusterProtection.Apply(_server.Session, new() { ProtectedContexts = "*" });
    }

    public Task DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Every_changing_route_requires_the_name_of_the_cluster()
    {
        List<string> wrong = [];
        foreach (RouteEndpoint route in _server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            string method = route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0],
                pattern = route.RoutePattern.RawText!;
            if (route.Metadata.GetMetadata<IAuthorizeData>()?.Policy != AccessLevel.Admin)
                continue;
            bool isHarmless = Harmless.Contains($"{method} {pattern.TrimEnd('/')}");
            foreach (string? name in (string?[])[null, "another"])
            {
                bool isRefused = await SendAsync(method, PathOf(pattern), name) == ErrorIds.ProtectedCluster;
                if (isRefused == isHarmless)
                    wrong.Add($"{method} {pattern} with {name ?? "no name"}: {(isRefused ? "refused" : "accepted")}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_change_with_the_name_is_made_and_a_dry_run_needs_none()
    {
        string node = NodeRoutes.Prefix + "/nodes/worker-1b-01";
        string refused = await SendAsync("POST", node + "/cordon", null),
            made = await SendAsync("POST", node + "/cordon", _server.Session.Cluster);
        string imagined = await SendAsync("POST", "/api/v1/plugins/ImageLocality/disable?dry_run=true", null),
            real = await SendAsync("POST", "/api/v1/plugins/ImageLocality/disable", null);

        Assert.Equal((ErrorIds.ProtectedCluster, "", ErrorIds.ProtectedCluster), (refused, made, real));
        Assert.NotEqual(ErrorIds.ProtectedCluster, imagined);
    }

    [Fact]
    public void An_agent_names_the_cluster_to_request_a_change()
    {
        AgentPlanner planner = _server.Services.GetRequiredService<AgentPlanner>();

        Assert.Equal(ErrorIds.ProtectedCluster, Assert.Throws<NodeManagerException>(() => planner.RequireConfirmation(null)).ErrorId);
        Assert.Equal(ErrorIds.ProtectedCluster, Assert.Throws<NodeManagerException>(() => planner.RequireConfirmation("another")).ErrorId);
        planner.RequireConfirmation(_server.Session.Cluster);
    }

    // The id of the error; empty for none.
    private async Task<string> SendAsync(string method, string path, string? cluster)
    {
        using HttpRequestMessage request = new(new(method), path);
        if (method is "POST" or "PUT" or "PATCH")
            request.Content = new StringContent("{}", new MediaTypeHeaderValue("application/json"));
        if (cluster is not null)
            request.Headers.Add(ProtectionGuard.Header, cluster);
        using HttpResponseMessage answer = await _server.Client.SendAsync(request);
        if (answer.IsSuccessStatusCode || answer.Content.Headers.ContentType?.MediaType != "application/json")
            return "";
        JsonNode? error = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["error"];
        string id = (string?)(error is JsonObject refusal ? refusal["error_id"] : error) ?? "";
        if (id == ErrorIds.ProtectedCluster)
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        return id;
    }

    private static string PathOf(string pattern) => System.Text.RegularExpressions.Regex.Replace(pattern, @"\{\*{0,2}\w+(:long)?\}", "1");
}
