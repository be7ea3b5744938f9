using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodeManager.Server.Api;
using NodeManager.Server.Clusters;
using NodeManager.Server.Options;
using NodeManager.Server.Pages;

namespace NodeManager.Conformance.Serving;

/// <summary>The routes of the server over a session of a test, on a free port.</summary>
internal static class ServedApi
{
    /// <summary>Without local tokens where the cluster decides who calls.</summary>
    public static WebApplication Build(NodeManagerSession session, bool isDelegated, OidcSettings? oidc = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(ConsoleFiles.None);
        builder.Services.AddSingleton(_ => new ClusterSession(_ => Task.FromResult(session)));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ClusterSession>());
        return ApiHost.Build(builder, new(IPAddress.Loopback, 0, IsDelegated: isDelegated, Oidc: oidc));
    }

    /// <param name="app">That has started.</param>
    /// <param name="token">Null: without credentials.</param>
    public static HttpClient Client(WebApplication app, string? token)
    {
        var client = new HttpClient { BaseAddress = new(app.Urls.First()), Timeout = TimeSpan.FromMinutes(10) };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
