using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using NodeManager.Core.Nodes.Caching;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Delegation;
using NodeManager.Server.Nodes;
using NodeManager.Server.Tests.Limits;

namespace NodeManager.Server.Tests.Delegation;

/// <summary>In the cluster, its API server decides who calls and what they may do.</summary>
public sealed class DelegationTests : IAsyncLifetime
{
    private static readonly string Nodes = NodeRoutes.Prefix + "/nodes";

    private readonly DelegatedServer _server = new();

    public Task InitializeAsync() => _server.StartAsync();

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task A_cluster_token_acts_as_its_user_and_the_audit_log_names_the_user()
    {
        JsonObject me = JsonNode.Parse((await _server.SendAsync("GET", "/api/v1/me", _server.Reader)).Body)!.AsObject();
        Assert.Equal("system:serviceaccount:default:reader", (string?)me["name"]);
    }

    [Theory]
    [InlineData("GET", "", HttpStatusCode.Unauthorized, HttpStatusCode.OK, HttpStatusCode.OK)]
    [InlineData("GET", "/stats", HttpStatusCode.Unauthorized, HttpStatusCode.OK, HttpStatusCode.OK)]
    [InlineData("GET", "/{node}", HttpStatusCode.Unauthorized, HttpStatusCode.OK, HttpStatusCode.OK)]
    [InlineData("GET", "/{node}/pods", HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData("POST", "/{node}/cordon", HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.OK)]
    [InlineData("POST", "/{node}/uncordon", HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.OK)]
    [InlineData("DELETE", "/{node}/labels/a", HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.OK)]
    [InlineData("POST", "/{node}/drain", HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    public async Task The_server_refuses_requests_that_the_cluster_forbids_the_user(
        string method,
        string path,
        HttpStatusCode stranger,
        HttpStatusCode reader,
        HttpStatusCode admin
    )
    {
        string address = Nodes + path.Replace("{node}", _server.Node, StringComparison.Ordinal);
        Assert.Equal(
            (stranger, stranger, reader, admin),
            (
                (await _server.SendAsync(method, address, null)).Code,
                (await _server.SendAsync(method, address, "wrong")).Code,
                (await _server.SendAsync(method, address, _server.Reader)).Code,
                (await _server.SendAsync(method, address, _server.Admin)).Code
            )
        );
    }

    [Fact]
    public async Task Logs_events_and_objects_are_read_with_the_rights_of_the_caller_alone()
    {
        LiveNodes nodes = await _server.Services.GetRequiredService<LiveNodeService>().ReadyAsync(CancellationToken.None);
        (string ns, string pod, string node) = nodes.FindPods("kube-proxy", 1)[0];
        string debugger = await _server.Accounts.CreateAsync(
            "debugger",
            """[{"apiGroups":[""],"resources":["pods","pods/log","events"],"verbs":["get","list"]}]"""
        );
        foreach (
            (string path, HttpStatusCode reader, HttpStatusCode other) in ((string, HttpStatusCode, HttpStatusCode)[])
                [
                    ($"/api/v1/pods/{ns}/{pod}/log", HttpStatusCode.Forbidden, HttpStatusCode.OK),
                    ($"/api/v1/pods/{ns}/{pod}/events", HttpStatusCode.Forbidden, HttpStatusCode.OK),
                    ($"/api/v1/pods/{ns}/{pod}/budgets", HttpStatusCode.Forbidden, HttpStatusCode.Forbidden),
                    ($"/api/v1/objects/pods/{pod}?namespace={ns}", HttpStatusCode.Forbidden, HttpStatusCode.OK),
                    ($"/api/v1/objects/nodes/{node}", HttpStatusCode.OK, HttpStatusCode.Forbidden),
                ]
        )
        {
            Assert.Equal((path, HttpStatusCode.Unauthorized), (path, (await _server.SendAsync("GET", path, "wrong")).Code));
            Assert.Equal((path, reader), (path, (await _server.SendAsync("GET", path, _server.Reader)).Code));
            Assert.Equal((path, other), (path, (await _server.SendAsync("GET", path, debugger)).Code));
        }

        string refusal = (await _server.SendAsync("GET", $"/api/v1/pods/{ns}/{pod}/log", _server.Reader)).Body;
        Assert.Matches("reader.* cannot get resource .*pods/log", refusal);
    }

    [Fact]
    public async Task A_refusal_names_the_missing_permission_and_changes_nothing()
    {
        (HttpStatusCode code, string body) = await _server.SendAsync("POST", $"{Nodes}/{_server.Node}/drain", _server.Admin);
        Assert.Equal(HttpStatusCode.Forbidden, code);
        Assert.Matches(
            "'system:serviceaccount:default:operator' cannot create pods/eviction in namespace '",
            (string)JsonNode.Parse(body)!["message"]!
        );
        Assert.False(
            (bool)
                JsonNode.Parse((await _server.SendAsync("GET", $"{Nodes}/{_server.Node}", _server.Reader)).Body)!["status"]![
                    "unschedulable"
                ]!
        );
    }

    [Fact]
    public async Task Every_route_requires_a_token_and_an_authorization_rule()
    {
        foreach (RouteEndpoint route in _server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            if (route.Metadata.GetMetadata<IAllowAnonymous>() is not null)
                continue;
            string method = route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0],
                pattern = route.RoutePattern.RawText!;
            string path = System.Text.RegularExpressions.Regex.Replace(pattern, @"\{[^}]*\}", "1");
            Assert.Equal((HttpStatusCode.Unauthorized, pattern), ((await _server.SendAsync(method, path, null)).Code, pattern));
            Assert.True(route.Metadata.GetMetadata<RouteNeeds>() is not null, $"{method} {pattern} does not say what it needs");
        }
    }

    [Fact]
    public async Task Agents_get_from_each_tool_what_the_cluster_allows_their_user()
    {
        await using McpClient reader = await AgentAsync(_server.Reader),
            admin = await AgentAsync(_server.Admin);
        string[] tools = [.. (await admin.ListToolsAsync()).Select(static tool => tool.Name)];
        Assert.All(tools, static tool => Assert.NotNull(ToolRules.Find(tool)));

        Assert.NotEqual(true, (await reader.CallToolAsync("list_nodes", new Dictionary<string, object?>())).IsError);
        foreach (string tool in new[] { "list_pods", "cluster_summary", "scheduler_plugins", "list_pools" })
            Assert.Contains("cannot", await RefusalAsync(reader, tool, []), StringComparison.Ordinal);

        // Who may not change nodes plans no change; who may not evict plans no drain, and nobody approves their own.
        Dictionary<string, object?> cordon =
                new()
                {
                    ["action"] = "Cordon",
                    ["nodes"] = new[] { _server.Node },
                    ["reason"] = "a test",
                },
            drain = new(cordon) { ["action"] = "Drain" };
        Assert.Contains("cannot list pods", await RefusalAsync(reader, "request_change", cordon), StringComparison.Ordinal);
        await _server.Accounts.AllowAsync(
            "operator-pods",
            """[{"apiGroups":[""],"resources":["pods"],"verbs":["get","list","watch"]}]""",
            ApiAccount.SubjectOf("operator")
        );
        Assert.Contains("cannot create pods/eviction", await RefusalAsync(admin, "request_change", drain), StringComparison.Ordinal);
        CallToolResult requested = await admin.CallToolAsync("request_change", cordon);
        string id = requested.StructuredContent!.Value.GetProperty("id").GetString()!;
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await _server.SendAsync("POST", $"/api/v1/agents/plans/{id}/approve", _server.Reader)).Code
        );
        Assert.Equal(HttpStatusCode.Forbidden, (await _server.SendAsync("POST", $"/api/v1/agents/plans/{id}/approve", _server.Admin)).Code);
        Assert.Contains("approve", await RefusalAsync(admin, "apply_plan", new() { ["id"] = id }), StringComparison.Ordinal);

        string chief = await _server.Accounts.CreateAsync("chief", """[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]""");
        Assert.Equal(HttpStatusCode.OK, (await _server.SendAsync("POST", $"/api/v1/agents/plans/{id}/approve", chief)).Code);
        Assert.NotEqual(true, (await admin.CallToolAsync("apply_plan", new Dictionary<string, object?> { ["id"] = id })).IsError);
        Assert.True(
            (bool)
                JsonNode.Parse((await _server.SendAsync("GET", $"{Nodes}/{_server.Node}", _server.Reader)).Body)!["status"]![
                    "unschedulable"
                ]!
        );
    }

    [Fact]
    public async Task Content_that_names_pods_requires_the_right_to_list_pods()
    {
        (string Method, string Path)[] routes =
        [
            ("GET", "/api/v1/operations"),
            ("GET", "/api/v1/operations/x"),
            ("GET", "/api/v1/operations/x/events"),
            ("DELETE", "/api/v1/operations/x"),
            ("GET", "/api/v1/agents/plans"),
            ("GET", "/api/v1/agents/plans/x"),
            ("GET", "/api/v1/alerts"),
        ];
        string lister = await _server.Accounts.CreateAsync(
            "lister",
            """
            [{"apiGroups":[""],"resources":["nodes"],"verbs":["get","list","watch","patch"]},{"apiGroups":[""],"resources":["pods"],"verbs":["list"]}]
            """
        );
        foreach ((string method, string path) in routes)
        {
            (HttpStatusCode code, string body) = await _server.SendAsync(method, path, _server.Admin);
            Assert.Equal((path, HttpStatusCode.Forbidden), (path, code));
            Assert.Contains("cannot list pods", body, StringComparison.Ordinal);
            Assert.NotEqual((path, HttpStatusCode.Forbidden), (path, (await _server.SendAsync(method, path, lister)).Code));
        }
    }

    [Fact]
    public async Task The_level_of_a_caller_follows_the_rights_in_the_cluster()
    {
        string nobody = await _server.Accounts.CreateAsync("nobody", "[]");

        Assert.Equal(
            ["viewer", "viewer", "admin"],
            await Task.WhenAll(LevelAsync(nobody), LevelAsync(_server.Reader), LevelAsync(_server.Admin))
        );

        async Task<string> LevelAsync(string token) =>
            (string)JsonNode.Parse((await _server.SendAsync("GET", "/api/v1/me", token)).Body)!["level"]!;
    }

    [Fact]
    public async Task An_agent_whose_user_cannot_change_nodes_is_offered_no_change()
    {
        await using McpClient reader = await AgentAsync(_server.Reader),
            admin = await AgentAsync(_server.Admin);

        Assert.DoesNotContain(await reader.ListToolsAsync(), static tool => tool.Name is "request_change" or "apply_plan");
        Assert.Contains(await admin.ListToolsAsync(), static tool => tool.Name == "request_change");
    }

    [Fact]
    public async Task No_sign_in_link_is_created()
    {
        Assert.NotEqual(HttpStatusCode.OK, (await _server.SendAsync("POST", "/sign-in", null)).Code);
        Assert.Null(_server.Services.GetService<Access.SignIns>());
        Assert.Null(_server.Services.GetService<Access.LocalTokens>());
    }

    [Fact]
    public async Task Reviews_of_the_API_server_are_cached_briefly()
    {
        var clock = new Clock();
        using var reviewer = new AccessReviewer(_server.Services.GetRequiredService<ClusterSession>(), clock);
        DelegatedUser user = (await reviewer.AuthenticateAsync(_server.Reader, "here", isFresh: false, CancellationToken.None))!;
        await _server.Accounts.SendAsync(HttpMethod.Delete, "/api/v1/namespaces/default/serviceaccounts/reader", "{}");
        Assert.Equal(user, await reviewer.AuthenticateAsync(_server.Reader, "here", isFresh: false, CancellationToken.None));
        Assert.Null(await reviewer.AuthenticateAsync(_server.Reader, "here", isFresh: true, CancellationToken.None));
        clock.Now += AccessReviewer.Lifetime;
        Assert.Null(await reviewer.AuthenticateAsync(_server.Reader, "here", isFresh: false, CancellationToken.None));
    }

    /// <summary>On a scheduler that runs everything immediately, a review can end before the call that began it has gone on.</summary>
    [Fact]
    public async Task A_review_that_ends_immediately_is_not_kept()
    {
        using var reviewer = new AccessReviewer(_server.Services.GetRequiredService<ClusterSession>(), new Clock());
        Dictionary<string, Task<DelegatedUser?>> asked = await Task.Factory.StartNew(
            () =>
                Enumerable
                    .Range(0, ReviewBudgets.UnknownBurst * 3)
                    .Select(i => $"token-{i}")
                    .ToDictionary(
                        token => token,
                        token => reviewer.AuthenticateAsync(token, "flood", isFresh: true, CancellationToken.None)
                    ),
            CancellationToken.None,
            TaskCreationOptions.None,
            new ImmediateScheduler()
        );
        await Task.WhenAll(asked.Values).ContinueWith(static _ => { }, TaskScheduler.Default);

        string[] refused = [.. asked.Where(static one => one.Value.IsFaulted).Select(static one => one.Key)];
        Assert.NotEmpty(refused);
        Assert.Null(await reviewer.AuthenticateAsync(refused[0], "elsewhere", isFresh: true, CancellationToken.None));
    }

    private sealed class ImmediateScheduler : TaskScheduler
    {
        protected override IEnumerable<Task> GetScheduledTasks() => [];

        protected override void QueueTask(Task task) => TryExecuteTask(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => TryExecuteTask(task);
    }

    private Task<McpClient> AgentAsync(string token) =>
        McpClient.CreateAsync(
            new HttpClientTransport(
                new()
                {
                    Endpoint = new(new Uri(_server.Address), "/mcp"),
                    TransportMode = HttpTransportMode.StreamableHttp,
                    EnableStandaloneGetStream = false,
                    AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = "Bearer " + token },
                }
            )
        );

    private static async Task<string> RefusalAsync(McpClient agent, string tool, Dictionary<string, object?> arguments)
    {
        CallToolResult refused = await agent.CallToolAsync(tool, arguments);
        Assert.True(refused.IsError, tool);
        return JsonSerializer.Serialize(refused.StructuredContent);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
