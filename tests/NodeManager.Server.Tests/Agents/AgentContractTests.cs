using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using NJsonSchema;
using NodeManager.Server.Access;
using NodeManager.Server.Agents;

namespace NodeManager.Server.Tests.Agents;

/// <summary>The protocol and the schemas that clients of agents rely on.</summary>
public sealed class AgentContractTests(AgentServer server) : IClassFixture<AgentServer>
{
    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}""";

    [Theory]
    [InlineData("text/plain", Initialize, HttpStatusCode.UnsupportedMediaType, -32000)]
    [InlineData("application/x-www-form-urlencoded", "a=b", HttpStatusCode.UnsupportedMediaType, -32000)]
    [InlineData("application/json", "{", HttpStatusCode.BadRequest, -32700)]
    [InlineData("application/json", "", HttpStatusCode.BadRequest, -32700)]
    [InlineData("application/json", "[]", HttpStatusCode.BadRequest, -32600)]
    [InlineData("application/json", "{}", HttpStatusCode.BadRequest, -32600)]
    [InlineData("application/json", "\"text\"", HttpStatusCode.BadRequest, -32600)]
    public async Task A_body_that_is_not_a_message_is_refused_with_the_code_of_JSON_RPC(
        string type,
        string body,
        HttpStatusCode status,
        int code
    )
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Post, body, type);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(
            code,
            JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("code").GetInt32()
        );
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task A_foreign_origin_reaches_nothing(string method)
    {
        using HttpResponseMessage answer = await SendAsync(
            new(method),
            method == "POST" ? Initialize : null,
            "application/json",
            origin: "https://evil.example"
        );

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task The_stream_of_a_session_can_be_opened_again_after_its_client_closed_it()
    {
        string token = server.Token(AccessLevel.Viewer),
            session = await OpenAsync(token);
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage stream = await ListenAsync(token, session);
            Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
            await using Stream body = await stream.Content.ReadAsStreamAsync();
            Assert.NotEqual(0, await body.ReadAsync(new byte[16]));
            using HttpResponseMessage second = await SendAsync(HttpMethod.Get, null, null, token, session);
            Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        }
    }

    [Fact]
    public async Task A_handshake_that_fails_leaves_no_session()
    {
        string token = server.Token(AccessLevel.Viewer);
        using HttpResponseMessage answer = await SendAsync(
            HttpMethod.Post,
            """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}""",
            "application/json",
            token
        );

        string session = answer.Headers.TryGetValues("Mcp-Session-Id", out var ids) ? ids.Single() : "";
        if (session.Length == 0)
            return;
        using HttpResponseMessage later = await SendAsync(
            HttpMethod.Post,
            """{"jsonrpc":"2.0","id":2,"method":"ping"}""",
            "application/json",
            token,
            session
        );
        Assert.Equal(HttpStatusCode.NotFound, later.StatusCode);
    }

    [Fact]
    public async Task A_caller_with_many_sessions_ends_only_its_own()
    {
        string victim = server.Token(AccessLevel.Viewer),
            attacker = server.Token(AccessLevel.Viewer);
        string held = await OpenAsync(victim),
            first = await OpenAsync(attacker);
        for (int i = 0; i < AgentSessions.Maximum + 10; i++)
            Assert.NotEmpty(await OpenAsync(attacker));

        Assert.Equal(HttpStatusCode.OK, await PingAsync(victim, held));
        Assert.Equal(HttpStatusCode.NotFound, await PingAsync(attacker, first));
        Assert.NotEmpty(await OpenAsync(server.Token(AccessLevel.Viewer)));
    }

    [Fact]
    public async Task Schemas_of_arguments_are_strict()
    {
        await using McpClient agent = await server.ConnectAsync(server.Token(AccessLevel.Viewer));
        IList<McpClientTool> tools = await agent.ListToolsAsync();

        foreach (McpClientTool tool in tools)
        {
            JsonElement schema = tool.ProtocolTool.InputSchema;
            Assert.False(schema.GetProperty("additionalProperties").GetBoolean(), tool.Name);
            Assert.True(tool.ProtocolTool.OutputSchema is not null, tool.Name);
            foreach (JsonProperty argument in schema.GetProperty("properties").EnumerateObject())
            {
                Assert.DoesNotContain(argument.Name, new[] { "ns", "names" });
                if (argument.Value.TryGetProperty("items", out JsonElement items))
                    Assert.Equal("string", items.GetProperty("type").GetString());
                if (argument.Name is not ("limit" or "waitSeconds" or "timeoutSeconds"))
                    continue;
                Assert.True(
                    argument.Value.GetProperty("minimum").GetInt32() < argument.Value.GetProperty("maximum").GetInt32(),
                    $"{tool.Name} {argument.Name}"
                );
            }
        }

        JsonElement request = tools.Single(static one => one.Name == "request_change").ProtocolTool.InputSchema.GetProperty("properties");
        Assert.Equal(7, request.GetProperty("action").GetProperty("enum").GetArrayLength());
        Assert.Equal(50, request.GetProperty("nodes").GetProperty("maxItems").GetInt32());
        JsonElement status = tools
            .Single(static one => one.Name == "list_nodes")
            .ProtocolTool.InputSchema.GetProperty("properties")
            .GetProperty("status");
        Assert.Equal(
            ["Ready", "NotReady", "Unknown", "SchedulingDisabled"],
            status.GetProperty("items").GetProperty("enum").EnumerateArray().Select(static one => one.GetString())
        );
    }

    [Theory]
    [InlineData("cluster_summary", "{}")]
    [InlineData("list_nodes", """{"limit":3}""")]
    [InlineData("get_node", """{"name":"NODE"}""")]
    [InlineData("list_pods", """{"limit":3}""")]
    [InlineData("node_health", "{}")]
    [InlineData("node_health", """{"nodes":["*"],"limit":2}""")]
    [InlineData("select_node", """{"cpu":"100m"}""")]
    [InlineData("drain_plan", """{"nodes":["NODE"]}""")]
    [InlineData("drain_plan", """{"nodes":["NODE"],"details":true}""")]
    [InlineData("maintenance_plan", """{"nodes":["worker*"]}""")]
    [InlineData("list_maintenances", "{}")]
    [InlineData("scheduler_configuration", """{"text":true}""")]
    [InlineData("scheduler_plugins", """{"extensionPoint":"score"}""")]
    [InlineData("autoscaler_decisions", "{}")]
    [InlineData("list_plans", "{}")]
    [InlineData("request_change", """{"action":"Cordon","nodes":["NODE"],"reason":"x"}""")]
    [InlineData("request_change", """{"action":"Drain","nodes":["NODE"],"reason":"x"}""")]
    [InlineData("get_node", """{"name":"nowhere"}""")]
    [InlineData("get_plan", """{"id":"x"}""")]
    public async Task Every_answer_has_the_form_of_the_output_schema(string tool, string arguments)
    {
        await using McpClient agent = await server.ConnectAsync(server.Token(AccessLevel.Viewer));
        IList<McpClientTool> tools = await agent.ListToolsAsync();
        JsonSchema schema = await JsonSchema.FromJsonAsync(
            tools.Single(one => one.Name == tool).ProtocolTool.OutputSchema!.Value.GetRawText()
        );

        CallToolResult answer = await AgentServer.CallAsync(
            agent,
            tool,
            arguments.Replace("NODE", await WorkerAsync(agent), StringComparison.Ordinal)
        );

        Assert.Empty(schema.Validate(answer.StructuredContent!.Value.GetRawText()).Select(static one => one.ToString()));
    }

    [Theory]
    [InlineData("node_health", """{"cause":"Nope"}""", "InvalidArguments", "NotReady")]
    [InlineData("list_nodes", """{"status":["Sick"]}""", "InvalidArguments", "SchedulingDisabled")]
    [InlineData("list_nodes", """{"zones":["nowhere"]}""", "InvalidArguments", "zone")]
    [InlineData("list_nodes", """{"roles":["king"]}""", "InvalidArguments", "control-plane")]
    [InlineData("list_nodes", """{"cursor":"nonsense"}""", "InvalidCursor", "nextCursor")]
    [InlineData("list_pods", """{"cursor":"nonsense"}""", "InvalidCursor", "nextCursor")]
    [InlineData("list_nodes", """{"nodes":[null]}""", "InvalidArguments", "string")]
    [InlineData("list_nodes", """{"nodes":"worker"}""", "InvalidArguments", "array")]
    [InlineData("list_nodes", """{"limit":101}""", "InvalidLimit", "100")]
    [InlineData("scheduler_plugins", """{"extensionPoint":"skore"}""", "InvalidArguments", "score")]
    [InlineData("request_change", """{"action":"Delete","nodes":["a"],"reason":"x"}""", "InvalidArguments", "Drain")]
    [InlineData("request_change", """{"action":"SetTaints","nodes":["a"],"reason":"x","taints":["a:Never"]}""", "InvalidArguments", "form")]
    [InlineData("request_change", """{"action":"Cordon","reason":"x"}""", "InvalidArguments", "nodes")]
    [InlineData("get_node", """{"name":"nowhere"}""", "NodeNotFound", "list_nodes")]
    public async Task A_wrong_argument_is_refused_with_the_valid_values_and_no_cmdlet(
        string tool,
        string arguments,
        string error,
        string hint
    )
    {
        await using McpClient agent = await server.ConnectAsync(server.Token(AccessLevel.Viewer));

        CallToolResult answer = await AgentServer.CallAsync(agent, tool, arguments);

        Assert.True(answer.IsError, AgentToolTests.Text(answer));
        Assert.Equal(error, answer.StructuredContent!.Value.GetProperty("error").GetString());
        Assert.Contains(hint, AgentToolTests.Text(answer), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("Get-|Set-|Invoke-|System\\.|BytePosition", AgentToolTests.Text(answer));
    }

    [Fact]
    public async Task A_plan_of_many_drains_comes_in_pages()
    {
        await using McpClient agent = await server.ConnectAsync(server.Token(AccessLevel.Viewer));
        JsonElement nodes = (await AgentServer.CallAsync(agent, "list_nodes", """{"limit":100}""")).StructuredContent!.Value.GetProperty(
            "nodes"
        );
        string[] names = [.. nodes.EnumerateArray().Select(static one => one.GetProperty("name").GetString()!)];
        List<string> seen = [];
        string? cursor = null;
        do
        {
            JsonElement page = (
                await AgentServer.CallAsync(
                    agent,
                    "drain_plan",
                    JsonSerializer.Serialize(
                        new
                        {
                            nodes = names,
                            limit = 5,
                            cursor,
                        }
                    )
                )
            ).StructuredContent!.Value;
            Assert.Equal(names.Length, page.GetProperty("nodes").GetInt32());
            Assert.InRange(page.GetProperty("plans").GetArrayLength(), 1, 5);
            seen.AddRange(page.GetProperty("plans").EnumerateArray().Select(static one => one.GetProperty("node").GetString()!));
            cursor = page.TryGetProperty("nextCursor", out JsonElement next) ? next.GetString() : null;
        } while (cursor is not null);

        Assert.Equal(names.Order(StringComparer.Ordinal), seen);
    }

    [Fact]
    public async Task A_client_that_asks_for_it_gets_progress_and_log_messages()
    {
        await using McpClient agent = await server.ConnectAsync(server.Token(AccessLevel.Viewer));
        var logged = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using IAsyncDisposable handler = agent.RegisterNotificationHandler(
            "notifications/message",
            (message, _) =>
            {
                logged.TrySetResult(message.Params!.ToJsonString());
                return default;
            }
        );
#pragma warning disable MCP9005
        await agent.SetLoggingLevelAsync(LoggingLevel.Info);
#pragma warning restore MCP9005
        var progress = new ConcurrentQueue<ProgressNotificationValue>();

        await agent.CallToolAsync("cluster_summary", new Dictionary<string, object?>(), new Reported(progress));

        Assert.Contains("cluster_summary", await logged.Task.WaitAsync(TimeSpan.FromMinutes(1)), StringComparison.Ordinal);
        Assert.NotEmpty(progress);
    }

    private async Task<string> OpenAsync(string token)
    {
        using HttpResponseMessage opened = await SendAsync(HttpMethod.Post, Initialize, "application/json", token);
        opened.EnsureSuccessStatusCode();
        await opened.Content.ReadAsStringAsync();
        return opened.Headers.GetValues("Mcp-Session-Id").Single();
    }

    private async Task<HttpStatusCode> PingAsync(string token, string session)
    {
        using HttpResponseMessage answer = await SendAsync(
            HttpMethod.Post,
            """{"jsonrpc":"2.0","id":2,"method":"ping"}""",
            "application/json",
            token,
            session
        );
        return answer.StatusCode;
    }

    // The server learns of the end of the stream before a moment later.
    private async Task<HttpResponseMessage> ListenAsync(string token, string session)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            HttpResponseMessage stream = await SendAsync(HttpMethod.Get, null, null, token, session);
            if (stream.StatusCode != HttpStatusCode.Conflict)
                return stream;
            stream.Dispose();
            await Task.Delay(50, limit.Token);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string? body,
        string? type,
        string? token = null,
        string? session = null,
        string? origin = null
    )
    {
        var client = new HttpClient { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(method, AgentEndpoint.Path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? server.Token(AccessLevel.Viewer));
        request.Headers.Add("Accept", method == HttpMethod.Get ? "text/event-stream" : "application/json, text/event-stream");
        if (session is not null)
            request.Headers.Add("Mcp-Session-Id", session);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        if (body is not null)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new(type!) } };
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<string> WorkerAsync(McpClient agent)
    {
        JsonElement nodes = (
            await AgentServer.CallAsync(agent, "list_nodes", """{"nodes":["worker*"],"limit":1}""")
        ).StructuredContent!.Value.GetProperty("nodes");
        return nodes[0].GetProperty("name").GetString()!;
    }

    private sealed class Reported(ConcurrentQueue<ProgressNotificationValue> progress) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value) => progress.Enqueue(value);
    }
}
