using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using NodeManager.Autoscaling.Host;
using NodeManager.Core.Sessions;
using NodeManager.Maintenance;
using NodeManager.NodePools.Updates;
using NodeManager.SchedulerControl.Restarts;
using NodeManager.Server.Access;
using NodeManager.Server.Agents;
using NodeManager.Server.Alerts;
using NodeManager.Server.Clusters;
using NodeManager.Server.Delegation;
using NodeManager.Server.EventStream;
using NodeManager.Server.Maintenances;
using NodeManager.Server.Metrics;
using NodeManager.Server.NodeBatches;
using NodeManager.Server.NodeDetails;
using NodeManager.Server.Nodes;
using NodeManager.Server.Operations;
using NodeManager.Server.Options;
using NodeManager.Server.Pages;
using NodeManager.Server.PodDetails;
using NodeManager.Server.PoolDetails;
using NodeManager.Server.Pools;
using NodeManager.Server.Rehearsals;
using NodeManager.Server.Responses;
using NodeManager.Server.Scaling;
using NodeManager.Server.Scheduler;

namespace NodeManager.Server.Api;

/// <summary>Serves the API and the pages on loopback to authenticated callers.</summary>
internal static class ApiHost
{
    private const int LargestBody = 64 * 1024;

    // In addition to anonymous connections, which ConnectionGate limits.
    private const int MaximumConnections = 5000;
    private const int RequestsPerSecond = 100;

    /// <summary>The application with all routes for the host's <see cref="ClusterSession"/>.</summary>
    /// <param name="settings">The endpoint, and the authentication.</param>
    public static WebApplication Build(WebApplicationBuilder builder, ListenSettings settings)
    {
        if (!settings.IsMounted)
            Listen(builder, settings);
        Configure(builder.Services, settings);
        WebApplication app = builder.Build();
        ClusterMounts clusters = app.Services.GetRequiredService<ClusterMounts>();
        if (settings.Oidc is { Prefix: { Length: > 0 } prefix })
            app.UsePathBase(prefix);
        if (!settings.IsMounted)
        {
            app.Use(HandOnConnectionAsync);
            app.Use(clusters.InvokeAsync);
        }

        // By the remaining path; by default, routing would come first.
        app.UseRouting();
        app.Use(app.Services.GetRequiredService<AuditLog>().InvokeAsync);
        app.Use(new BrowserGuard(settings.Oidc?.Origin).InvokeAsync);
        app.Use(ApiErrors.InvokeAsync);
        app.UseAuthentication();
        app.Use(ConnectionGate.ReleaseAsync);
        app.UseAuthorization();
        app.Use(NameRequesterAsync);
        DelegatedAccess access = app.Services.GetRequiredService<DelegatedAccess>();
        app.Use(settings.IsDelegated ? access.InvokeAsync : access.InvokeOwnAsync);
        app.Use(app.Services.GetRequiredService<ProtectionGuard>().InvokeAsync);
        if (!settings.IsMounted)
            app.Use(clusters.RefuseAsync);
        app.UseRateLimiter();
        MapRoutes(app, settings.Oidc);
        // Sign-in and probes are per server.
        if (settings.IsMounted)
            return app;
        if (!settings.IsDelegated)
            SignInRoutes.Map(app);
        if (settings.Oidc is not null)
            app.Services.GetRequiredService<BrowserSignInRoutes>().Map(app);
        MapProbes(app);
        return app;
    }

    private static void MapRoutes(WebApplication app, OidcSettings? oidc)
    {
        RouteGroupBuilder routes = app.MapGroup("").AddEndpointFilterFactory(DelegatedAccess.CheckDrains);
        app.Services.GetRequiredService<NodeRoutes>().Map(routes);
        app.Services.GetRequiredService<NodeBatchRoutes>().Map(routes);
        app.Services.GetRequiredService<RehearsalRoutes>().Map(routes);
        NodeDetailRoutes.Map(routes);
        PodRoutes.Map(routes);
        app.Services.GetRequiredService<SchedulerRoutes>().Map(routes);
        app.Services.GetRequiredService<PoolRoutes>().Map(routes);
        PoolDetailRoutes.Map(routes);
        app.Services.GetRequiredService<PoolUpdateRoutes>().Map(routes);
        ScalingRoutes.Map(routes);
        app.Services.GetRequiredService<MaintenanceRoutes>().Map(routes);
        OperationRoutes.Map(routes);
        EventRoutes.Map(routes);
        AlertRoutes.Map(routes);
        app.Services.GetRequiredService<SilenceRoutes>().Map(routes);
        app.Services.GetRequiredService<AutoscalerRoutes>().Map(routes);
        ActivityRoutes.Map(routes);
        ApiDocument.Map(routes);
        app.Services.GetRequiredService<AgentEndpoint>().Map(routes);
        app.Services.GetRequiredService<AgentPlanRoutes>().Map(routes);
        ClusterMounts.Map(routes);
        SignInRoutes.MapMe(routes);
        PageRoutes.Map(routes, oidc);
        MapMetrics(app);
    }

    private static void MapProbes(WebApplication app)
    {
        // Probes are exempt from limits.
        app.MapGet("/healthz", () => Results.Text("ok")).AllowAnonymous().DisableRateLimiting().ExcludeFromDescription();
        app.MapGet(
                "/readyz",
                (ClusterSession cluster) =>
                    cluster.IsOpen ? Results.Text("ok") : Results.StatusCode(StatusCodes.Status503ServiceUnavailable)
            )
            .AllowAnonymous()
            .DisableRateLimiting()
            .ExcludeFromDescription();
    }

    private static void Listen(WebApplicationBuilder builder, ListenSettings settings)
    {
        if (settings.Certificate is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            ConnectionGate gate = kestrel.ApplicationServices.GetRequiredService<ConnectionGate>();
            kestrel.Listen(
                settings.Address,
                settings.Port,
                listen =>
                {
                    listen.Use(gate.Enter);
                    if (settings.Certificate is { } certificate)
                    {
                        listen.UseHttps(https =>
                        {
                            https.ServerCertificateSelector = (_, _) => certificate.Current;
                            https.HandshakeTimeout = ConnectionGate.FirstByteLimit;
                        });
                    }

                    listen.Use(gate.AwaitFirstByte);
                }
            );
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.MaxConcurrentConnections = MaximumConnections;
            kestrel.Limits.RequestHeadersTimeout = ConnectionGate.FirstByteLimit;
            kestrel.AddServerHeader = false;
        });
    }

    // Records of changes in the cluster name the caller, not the server.
    private static async Task NameRequesterAsync(HttpContext context, RequestDelegate next)
    {
        using IDisposable? requester = context.User.Identity?.Name is { Length: > 0 } name ? Requester.Use(name) : null;
        await next(context);
    }

    // A mounted application receives the features of a request, but not those of its connection.
    private static Task HandOnConnectionAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<GatedConnection>() is { } connection)
            context.Features.Set(connection);
        return next(context);
    }

    private static void MapMetrics(WebApplication app)
    {
        ServerTelemetry telemetry = app.Services.GetRequiredService<ServerTelemetry>();
        LiveNodeService live = app.Services.GetRequiredService<LiveNodeService>();
        OperationRegistry operations = app.Services.GetRequiredService<OperationRegistry>();
        EventLog events = app.Services.GetRequiredService<EventLog>();
        telemetry.Observe(
            "nodemanager.cache.current",
            "1 while the cache of nodes and pods is complete and its watches are connected.",
            () => live.Nodes.IsCurrent ? 1 : 0
        );
        telemetry.Observe("nodemanager.cache.nodes", "Nodes in the cache.", () => live.Nodes.Count);
        telemetry.Observe("nodemanager.operations.running", "Operations that run.", () => operations.Running);
        telemetry.Observe("nodemanager.events.written", "Events that were written to the streams since the start.", () => events.Count);
        MeterReader meters = app.Services.GetRequiredService<MeterReader>();
        telemetry.ExpectFailures([
            NodeOperations.Drain,
            NodeOperations.Maintenance,
            PoolUpdateOperations.Kind,
            RehearsalRoutes.Kind,
            SchedulerRestarter.Kind,
            AutoscalerHost.Kind,
        ]);
        app.MapGet("/metrics", () => Results.Text(meters.Format(), PrometheusWriter.ContentType))
            .ForViewers(new AccessNeed("get", "/metrics"))
            .ExcludeFromDescription();
    }

    private static void AddRoutes(IServiceCollection services)
    {
        services.AddSingleton<NodeListing>();
        services.AddSingleton<NodeRoutes>();
        services.AddSingleton<NodeBatchRoutes>();
        services.AddSingleton<RehearsalRoutes>();
        services.AddSingleton<PoolRoutes>();
        services.AddSingleton<PoolUpdateRoutes>();
        services.AddSingleton<MaintenanceRoutes>();
        services.AddSingleton<SilenceRoutes>();
        services.AddSingleton<AutoscalerRoutes>();
        services.AddSingleton<SchedulerRoutes>();
    }

    private static void Configure(IServiceCollection services, ListenSettings settings)
    {
        services.TryAddSingleton(TimeProvider.System);
        if (!settings.IsMounted)
        {
            services.TryAddSingleton(provider => new ClusterMounts(provider.GetRequiredService<ClusterSession>(), []));
            services.AddHostedService(provider => provider.GetRequiredService<ClusterMounts>());
        }

        services.AddSingleton<ConnectionGate>();
        DelegationSetup.AddReviews(services);
        if (settings.IsDelegated)
            DelegationSetup.Add(services, settings.Oidc);
        else
            AccessSetup.Add(services);
        ApiDocument.Add(services);
        services.AddSingleton<ServerTelemetry>();
        services.AddSingleton<MeterReader>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<ProtectionGuard>();
        services.AddSingleton<OperationRegistry>();
        services.AddHostedService(provider => provider.GetRequiredService<OperationRegistry>());
        services.AddSingleton<LiveNodeService>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveNodeService>());
        services.AddSingleton<EventLog>();
        services.AddHostedService<NodeFeed>();
        services.AddHostedService<OperationFeed>();
        services.AddHostedService<ClusterProbe>();
        services.AddSingleton<AlertService>();
        services.AddHostedService(provider => provider.GetRequiredService<AlertService>());
        services.AddSingleton<DrainOperations>();
        services.AddSingleton<IRemoteOperations>(provider => provider.GetRequiredService<DrainOperations>());
        services.AddSingleton<CallerReader>();
        services.AddSingleton(new CallerAccounts(settings.IsDelegated));
        services.AddSingleton<UsageHistory>();
        services.AddHostedService<UsageRecorder>();
        services.AddSingleton<SchedulerService>();
        AddRoutes(services);
        AgentSetup.Add(services);
        services.AddRateLimiter(Limit);
        // A restart of the scheduler is completed, a drain handed over. The manifests allow the process a little more time.
        services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(55));
        // An unreadable body gets the common shape of errors.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default.WithAddedModifier(DrainBody.AddFields));
            json.SerializerOptions.Converters.Add(new FreeObjectConverter());
            json.SerializerOptions.AllowDuplicateProperties = false;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            // An unknown field is an error.
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        });
    }

    private static void Limit(RateLimiterOptions limits)
    {
        limits.OnRejected = async (context, _) =>
            await ApiErrors.WriteAsync(
                context.HttpContext,
                StatusCodes.Status429TooManyRequests,
                new("TooManyRequests", "Too many requests.", "Send fewer, or wait a second.")
            );
        limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
            RateLimitPartition.GetTokenBucketLimiter(
                context.User.Identity?.Name is { } user ? "user " + user : "address " + CallerAddress.Of(context),
                _ =>
                    new()
                    {
                        TokenLimit = 5 * RequestsPerSecond,
                        TokensPerPeriod = RequestsPerSecond,
                        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                        AutoReplenishment = true,
                    }
            )
        );
    }
}
