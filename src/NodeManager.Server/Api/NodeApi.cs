using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodeManager.Server.Tour;

namespace NodeManager.Server.Api;

/// <summary>Serves the node routes on loopback, for whoever has the token.</summary>
internal static class NodeApi
{
    /// <summary>Where the first seed's plugin has its routes.</summary>
    public const string Prefix = "/api/plugins/streamspace-node-manager";

    /// <summary>Serves until cancelled.</summary>
    public static async Task ServeAsync(NodeManagerSession session, int port, Terminal terminal, CancellationToken cancellationToken)
    {
        string token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
        await using WebApplication app = Build(session, port, token);
        await app.StartAsync(cancellationToken);
        string address = app.Urls.First();
        terminal.Heading("Serving the node routes; Ctrl-C ends it");
        terminal.Line($"  curl -H 'Authorization: Bearer {token}' {address}{Prefix}/nodes");
        try
        {
            await app.WaitForShutdownAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how it ends.
        }
    }

    internal static WebApplication Build(NodeManagerSession session, int port, string token)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            kestrel.AddServerHeader = false;
        });
        // So that a body that cannot be read gets the same shape of answer as everything else.
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            // A mistyped field is said, not ignored.
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        });
        WebApplication app = builder.Build();
        app.Use(new BearerToken(token).InvokeAsync);
        app.Use(ApiErrors.InvokeAsync);
        new NodeRoutes(session).Map(app.MapGroup(Prefix));
        return app;
    }
}
