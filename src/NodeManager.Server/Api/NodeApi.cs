using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Server.Api;

/// <summary>Serves the node routes on loopback, for whoever has the token.</summary>
internal static class NodeApi
{
    /// <summary>Where the first seed's plugin has its routes.</summary>
    public const string Prefix = "/api/plugins/streamspace-node-manager";

    /// <summary>The application with the routes, over the host's <see cref="ClusterSession"/>.</summary>
    /// <param name="builder">Of the host.</param>
    /// <param name="port">On loopback; 0 takes a free one.</param>
    /// <param name="token">What every request has to carry.</param>
    public static WebApplication Build(WebApplicationBuilder builder, int port, string token)
    {
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
        new NodeRoutes(app.Services.GetRequiredService<ClusterSession>()).Map(app.MapGroup(Prefix));
        return app;
    }
}
