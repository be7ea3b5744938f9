using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Sandbox;
using NodeManager.Server.Api;

namespace NodeManager.Server.Tests;

/// <summary>The routes over a seeded embedded cluster, on a free port of loopback.</summary>
public sealed class EmbeddedServer : IAsyncLifetime
{
    public const string Token = "a-token-for-tests";

    private WebApplication? _app;

    public NodeManagerSession Session { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        SandboxCluster sandbox = SandboxCluster.Start(new());
        Session = await SessionFactory.ConnectAsync(
            "sandbox", sandbox.Server, sandbox.CreateTransport(), sandbox, NullLogger.Instance, sandbox.Time, CancellationToken.None);
        _app = Serve(Session, Token);
        await _app.StartAsync();
        Client = new() { BaseAddress = new(_app.Urls.First()) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    /// <summary>The routes over a session, on a free port of loopback.</summary>
    internal static WebApplication Serve(NodeManagerSession session, string token)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(_ => new ClusterSession(_ => Task.FromResult(session)));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ClusterSession>());
        return NodeApi.Build(builder, 0, token);
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _app!.DisposeAsync();
        Session.Dispose();
    }
}
