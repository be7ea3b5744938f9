using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Sandbox;
using NodeManager.Server.Agents;
using NodeManager.Server.Api;
using NodeManager.Server.Clusters;
using NodeManager.Server.Nodes;
using NodeManager.Server.Tests.Limits;
using NodeManager.Sessions;

namespace NodeManager.Server.Tests.Delegation;

/// <summary>A server in a cluster whose API server decides who calls and what they may do.</summary>
/// <param name="time">Of its reviews; null: the system's.</param>
internal sealed class DelegatedServer(TimeProvider? time = null) : IAsyncDisposable
{
    private NodeManagerSession _session = null!;
    private WebApplication _app = null!;

    public IServiceProvider Services => _app.Services;

    public NodeManagerSession Session => _session;

    public string Address => _app.Urls.First();

    public ApiAccount Accounts => new(_session);

    /// <summary>The token of a user who reads nodes.</summary>
    public string Reader { get; private set; } = "";

    /// <summary>The token of a user who may do what a drain does, but for evictions.</summary>
    public string Admin { get; private set; } = "";

    /// <summary>A worker.</summary>
    public string Node { get; private set; } = "";

    public async Task StartAsync()
    {
        SandboxCluster sandbox = SandboxCluster.Start(
            new()
            {
                Nodes = 6,
                Rbac = true,
                Programs = SandboxPrograms.All,
            }
        );
        _session = await SessionFactory.ConnectAsync(
            "sandbox",
            sandbox.Server,
            sandbox.CreateTransport(),
            sandbox,
            NullLogger.Instance,
            sandbox.Time,
            CancellationToken.None
        );
        Reader = await Accounts.CreateAsync("reader", """[{"apiGroups":[""],"resources":["nodes"],"verbs":["get","list","watch"]}]""");
        Admin = await Accounts.CreateAsync(
            "operator",
            """
            [{"apiGroups":[""],"resources":["nodes"],"verbs":["get","list","watch","patch"]},{"nonResourceURLs":["/metrics"],"verbs":["get"]}]
            """
        );
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton(Pages.ConsoleFiles.None);
        builder.Services.AddSingleton(new AgentSettings(Changes: true));
        builder.Services.AddSingleton(_ => new ClusterSession(_ => Task.FromResult(_session)));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ClusterSession>());
        _app = ApiHost.Build(builder, new(IPAddress.Loopback, 0, IsDelegated: true));
        await _app.StartAsync();
        Node = (await _app.Services.GetRequiredService<LiveNodeService>().ReadyAsync(CancellationToken.None))
            .List()
            .First(static n => n.Name.StartsWith("worker", StringComparison.Ordinal))
            .Name;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _session.Dispose();
    }

    public async Task<(HttpStatusCode Code, string Body)> SendAsync(string method, string path, string? token, string? body = null)
    {
        using var client = new HttpClient { BaseAddress = new(Address) };
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
