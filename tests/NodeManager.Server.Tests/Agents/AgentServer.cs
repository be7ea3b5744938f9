using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using NodeManager.Core.Sessions;
using NodeManager.Sandbox;
using NodeManager.Server.Access;
using NodeManager.Server.Agents;
using NodeManager.Server.Api;
using NodeManager.Server.Clusters;
using NodeManager.Sessions;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.Agents;

/// <summary>A server for agents that may ask for changes, over both transports, on a seeded embedded cluster.</summary>
public sealed class AgentServer : IAsyncLifetime
{
    private WebApplication? _app;

    public NodeManagerSession Session { get; private set; } = null!;

    /// <summary>Decides what has expired.</summary>
    public ManualTimeProvider Clock { get; } = new();

    /// <summary>Between the server and its cluster.</summary>
    public FaultInjectionHandler Faults { get; } = new();

    /// <summary>The audit lines so far.</summary>
    public ListLogger Audit { get; } = new();

    internal IServiceProvider Services => _app!.Services;

    public Uri Address { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        SandboxCluster sandbox = SandboxCluster.Start(new() { Programs = SandboxPrograms.All });
        Faults.InnerHandler = sandbox.CreateTransport();
        Session = await SessionFactory.ConnectAsync(
            "sandbox",
            sandbox.Server,
            Faults,
            sandbox,
            NullLogger.Instance,
            sandbox.Time,
            CancellationToken.None
        );
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new AuditProvider(Audit));
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton(new AgentSettings(Changes: true, Elicitation: true));
        builder.Services.AddSingleton(_ => new ClusterSession(_ => Task.FromResult(Session)));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ClusterSession>());
        // A fast machine sends the requests of all tests faster than one caller may.
        builder.Services.PostConfigure<RateLimiterOptions>(static limits => limits.GlobalLimiter = null);
        _app = ApiHost.Build(builder, new(System.Net.IPAddress.Loopback, 0));
        await _app.StartAsync();
        Address = new(_app.Urls.First());
    }

    /// <summary>A new token of a level.</summary>
    public string Token(string level) => Services.GetRequiredService<LocalTokens>().Issue(level);

    /// <summary>An agent over HTTP.</summary>
    public Task<McpClient> ConnectAsync(string token, McpClientOptions? options = null) =>
        McpClient.CreateAsync(
            new HttpClientTransport(
                new()
                {
                    Endpoint = new(Address, AgentEndpoint.Path),
                    TransportMode = HttpTransportMode.StreamableHttp,
                    EnableStandaloneGetStream = false,
                    AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = "Bearer " + token },
                }
            ),
            options
        );

    /// <summary>An agent over the streams of standard input and output.</summary>
    public async Task<McpClient> ConnectStdioAsync(McpClientOptions? options = null)
    {
        Pipe toServer = new(),
            toClient = new();
        var stdio = new AgentStdio(
            Services.GetRequiredService<AgentToolset>(),
            NullLoggerFactory.Instance,
            new StayingHost(),
            toServer.Reader.AsStream(),
            toClient.Writer.AsStream()
        );
        await stdio.StartAsync(CancellationToken.None);
        return await McpClient.CreateAsync(new StreamClientTransport(toServer.Writer.AsStream(), toClient.Reader.AsStream()), options);
    }

    /// <summary>A person, or another holder of the token, at the REST routes.</summary>
    public HttpClient Person(string token)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Calls a tool with JSON arguments.</summary>
    public static async Task<CallToolResult> CallAsync(McpClient client, string tool, string arguments = "{}") =>
        await client.CallToolAsync(
            new CallToolRequestParams { Name = tool, Arguments = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(arguments) }
        );

    public async Task DisposeAsync()
    {
        await _app!.DisposeAsync();
        Session.Dispose();
    }

    private sealed class AuditProvider(ListLogger audit) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => categoryName == AuditLog.Category ? audit : NullLogger.Instance;

        public void Dispose() { }
    }

    private sealed class StayingHost : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() { }
    }
}
