using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Sandbox;
using NodeManager.Server.Access;
using NodeManager.Server.Api;
using NodeManager.Server.Clusters;
using NodeManager.Server.Detached;
using NodeManager.Server.Pages;
using NodeManager.Sessions;

namespace NodeManager.Server.Tests;

/// <summary>The routes over a seeded embedded cluster, on a free port of loopback.</summary>
public sealed class EmbeddedServer : IAsyncLifetime
{
    public const string Token = "a-token-for-tests";

    public const string ViewerToken = "a-token-that-only-reads";

    private WebApplication? _app;

    public NodeManagerSession Session { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    internal IServiceProvider Services => _app!.Services;

    public async Task InitializeAsync()
    {
        SandboxCluster sandbox = SandboxCluster.Start(new() { Programs = SandboxPrograms.All });
        Session = await SessionFactory.ConnectAsync(
            "sandbox",
            sandbox.Server,
            sandbox.CreateTransport(),
            sandbox,
            NullLogger.Instance,
            sandbox.Time,
            CancellationToken.None
        );
        _app = Serve(Session, Token);
        await StartAsync(_app);
        Client = new() { BaseAddress = new(_app.Urls.First()) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    /// <summary>The routes over a session, on a free port of loopback. Without a console, whether or not the server was built with one.</summary>
    /// <param name="add">Further services; null for none.</param>
    /// <param name="detached">The namespace of detached work; null for none.</param>
    internal static WebApplication Serve(
        NodeManagerSession session,
        string token,
        ConsoleFiles? console = null,
        Action<ILoggingBuilder>? log = null,
        string? detached = null,
        Action<IServiceCollection>? add = null
    )
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        log?.Invoke(builder.Logging);
        builder.Services.AddSingleton(console ?? ConsoleFiles.None);
        builder.Services.AddSingleton(_ => new ClusterSession(_ => Task.FromResult(session)));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ClusterSession>());
        if (detached is not null)
            DetachedSetup.Add(builder.Services, detached);
        add?.Invoke(builder.Services);
        WebApplication app = ApiHost.Build(builder, new(System.Net.IPAddress.Loopback, 0));
        LocalTokens tokens = app.Services.GetRequiredService<LocalTokens>();
        tokens.Add(token, AccessLevel.Admin);
        tokens.Add(ViewerToken, AccessLevel.Viewer);
        return app;
    }

    /// <summary>Starts a server. If one of its services fails meanwhile, the start is cancelled, and only this exception names the reason.</summary>
    internal static async Task StartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch (OperationCanceledException cancelled)
        {
            IEnumerable<BackgroundService> services = app.Services.GetServices<IHostedService>().OfType<BackgroundService>();
            throw new InvalidOperationException(
                string.Join(
                    "\n",
                    services.Select(static one => $"{one.GetType().Name} {one.ExecuteTask?.Status} {one.ExecuteTask?.Exception}")
                ),
                cancelled
            );
        }
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _app!.DisposeAsync();
        Session.Dispose();
    }
}
