using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Logging.Console;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Providers;
using NodeManager.Providers.ServerProcesses;
using NodeManager.Server.Access;
using NodeManager.Server.Agents;
using NodeManager.Server.Api;
using NodeManager.Server.Autoscaler;
using NodeManager.Server.Clusters;
using NodeManager.Server.Demonstration;
using NodeManager.Server.Detached;
using NodeManager.Server.Nodes;
using NodeManager.Server.Operations;
using NodeManager.Server.Options;
using NodeManager.Server.Tour;

namespace NodeManager.Server;

/// <summary>Builds the host for a command line.</summary>
internal static class ServerHost
{
    /// <summary>Serves the embedded cluster, tours it, or serves the API of a cluster.</summary>
    /// <param name="terminal">Receives addresses.</param>
    /// <param name="parent">The process that handed a cluster over; null for none.</param>
    public static IHost Build(ServerOptions options, Terminal terminal, HandoverLifetime? parent = null)
    {
        BuiltInMachineProviders.Register();
        if (options.Command == ServerCommand.Cluster)
            return BuildHost(options, services => services.AddHostedService(_ => new ClusterService(options, terminal)));
        if (options.Once)
            return BuildHost(options, services => AddCluster(services, options, terminal));

        if (options.Command == ServerCommand.Autoscaler)
            return BuildAutoscaler(options, terminal);
        // Without an approver the API has no user, and an agent over standard input does not need it.
        if (options is { Command: ServerCommand.Mcp, Approver: null })
        {
            return BuildHost(
                options,
                services =>
                {
                    AddCluster(services, options, terminal);
                    AddAuditFile(services, options);
                    AgentSetup.Add(services);
                    services.AddHostedService(static provider => provider.GetRequiredService<OperationRegistry>());
                    AgentSetup.AddStdio(services);
                }
            );
        }

        var listen = new ListenSettings(
            options.Address ?? IPAddress.Loopback,
            options.Port,
            options.CertificatePath is { } path ? new(path, options.KeyPath) : null,
            options.IsDelegated,
            Oidc: options.Oidc
        );
        RequireFree(listen.Address, options.Port);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        Configure(builder.Logging);
        AddCluster(builder.Services, options, terminal);
        AddAuditFile(builder.Services, options);
        if (options.Command == ServerCommand.Mcp)
            AgentSetup.AddStdio(builder.Services);
        if (parent is not null)
            builder.Services.AddSingleton<IHostLifetime>(parent);
        AddDetached(builder, options);
        if (options.Command == ServerCommand.Demo)
            DemoSetup.Add(builder.Services);
        AddMounts(builder.Services, options, listen);
        WebApplication app = ApiHost.Build(builder, listen);
        if (options.Approver is { } hash)
            app.Services.GetRequiredService<LocalTokens>().AddHash(hash, AccessLevel.Admin);
        if (parent is not null)
            parent.Stop = app.Lifetime.StopApplication;
        app.Lifetime.ApplicationStarted.Register(() => Announce(app, options, terminal, parent));
        return app;
    }

    private static void Announce(WebApplication app, ServerOptions options, Terminal terminal, HandoverLifetime? parent)
    {
        if (parent is not null)
            Announce(parent, app);
        else if (app.Services.GetService<TourService>() is { } tour)
        {
            terminal.Line($"The console answers; open, {OpenLink(app)}");
            tour.Begin(app.Services.GetRequiredService<LiveNodeService>().Settled, () => Announce(terminal, app, options));
        }
        else
            Announce(terminal, app, options);
    }

    private static string OpenLink(WebApplication app) =>
        $"once and within {SignIns.LinkLifetime.TotalMinutes:0} minutes: {app.Urls.First()}/#{app.Services.GetRequiredService<SignIns>().CreateLink(AccessLevel.Admin)}";

    // Opened here: a file that cannot be written fails the start. By a factory, it is closed with the host.
    private static void AddAuditFile(IServiceCollection services, ServerOptions options)
    {
        if (options.AuditFile is not { } settings)
            return;
        AuditFile file = new(settings);
        services.AddSingleton(_ => file);
    }

    private static void AddDetached(WebApplicationBuilder builder, ServerOptions options)
    {
        if (options.DetachedNamespace is not { } ns)
            return;
        builder
            .Logging.AddFilter<ConsoleLoggerProvider>(typeof(DetachedService).FullName, LogLevel.Information)
            .AddFilter(typeof(DetachedService).FullName, LogLevel.Information);
        DetachedSetup.Add(builder.Services, ns);
    }

    // Additional clusters. A missing context fails the start; an unreachable cluster is retried.
    private static void AddMounts(IServiceCollection services, ServerOptions options, ListenSettings listen)
    {
        IReadOnlyList<string> contexts = [.. options.Contexts.Skip(1)];
        if (options.AllContexts)
        {
            KubeconfigRequest request = options.RequestOf(null);
            string current = Kubeconfig.Load(request).ContextName;
            contexts = [.. Kubeconfig.ListContexts(request.Paths).Where(one => one != current)];
        }
        else
        {
            foreach (string context in contexts)
                Kubeconfig.Load(options.RequestOf(context));
        }

        services.AddSingleton(provider => new ClusterMounts(
            provider.GetRequiredService<ClusterSession>(),
            [
                .. contexts.Select(context => new ClusterMount(
                    context,
                    server => BuildMounted(provider, options with { Context = context }, listen, server),
                    TimeProvider.System
                )),
            ]
        ));
    }

    // A sign-in is valid for all clusters; each cluster authorizes the user itself.
    private static WebApplication BuildMounted(IServiceProvider first, ServerOptions options, ListenSettings listen, MountedServer server)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        Configure(builder.Logging);
        builder.Services.AddSingleton(new AgentSettings(options.AgentChanges, options.AgentElicitation));
        builder.Services.AddSingleton(provider =>
            ClusterSession.Of(options, provider.GetRequiredService<ILoggerFactory>().CreateLogger<ClusterSession>())
        );
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ClusterSession>());
        builder.Services.AddSingleton<IServer>(server).AddSingleton<IHostLifetime>(server);
        builder.Services.AddSingleton(first.GetRequiredService<ClusterMounts>());
        builder.Services.AddSingleton(first.GetRequiredService<LocalTokens>());
        builder.Services.AddSingleton(first.GetRequiredService<SignIns>());
        if (first.GetService<AuditFile>() is { } audit)
            builder.Services.AddSingleton(audit);
        AddDetached(builder, options);
        return ApiHost.Build(builder, listen with { IsMounted = true });
    }

    // Checked before the cluster starts, which takes seconds. A port that is taken meanwhile fails the start.
    private static void RequireFree(IPAddress address, int port)
    {
        try
        {
            using TcpListener listener = new(address, port);
            listener.Start();
        }
        catch (SocketException taken)
        {
            throw new NodeManagerException(
                ErrorIds.PortUnavailable,
                ErrorKind.ResourceUnavailable,
                $"Port {port} of {address} is not available: {taken.Message.TrimEnd('.')}.",
                port,
                "Use another port, or 0 for a free one.",
                taken
            );
        }
    }

    private static WebApplication BuildAutoscaler(ServerOptions options, Terminal terminal)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        Configure(builder.Logging);
        // Every step of a claim is a log line, the only view of an operator.
        builder
            .Logging.AddFilter<ConsoleLoggerProvider>(typeof(AutoscalerService).FullName, LogLevel.Information)
            .AddFilter(typeof(AutoscalerService).FullName, LogLevel.Information);
        AddCluster(builder.Services, options, terminal);
        builder.Services.AddSingleton(new AutoscalerSettings(options.Namespace ?? NodeSmithNames.DefaultNamespace, options.Providers));
        builder.Services.AddSingleton<AutoscalerService>();
        builder.Services.AddHostedService(static provider => provider.GetRequiredService<AutoscalerService>());
        WebApplication app = AutoscalerProbes.Build(builder, options.Address ?? IPAddress.Any, options.Port);
        app.Lifetime.ApplicationStarted.Register(() =>
            terminal.Line(
                $"The autoscaler of cluster '{app.Services.GetRequiredService<ClusterSession>().Session.Cluster}' runs; {app.Urls.First()} has {AutoscalerProbes.Health}, {AutoscalerProbes.Readiness} and {AutoscalerProbes.Metrics}."
            )
        );
        return app;
    }

    private static IHost BuildHost(ServerOptions options, Action<IServiceCollection> add)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new() { Args = [] });
        Configure(builder.Logging);
        // Saving a large cluster takes a while.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        add(builder.Services);
        return builder.Build();
    }

    // Opens the session before anything else starts.
    private static void AddCluster(IServiceCollection services, ServerOptions options, Terminal terminal)
    {
        services.AddSingleton(new AgentSettings(options.AgentChanges, options.AgentElicitation));
        services.AddSingleton(provider =>
            ClusterSession.Of(options, provider.GetRequiredService<ILoggerFactory>().CreateLogger<ClusterSession>())
        );
        services.AddHostedService(provider => provider.GetRequiredService<ClusterSession>());
        if (options.Command != ServerCommand.Demo)
            return;
        services.AddSingleton(provider => new TourService(
            provider.GetRequiredService<ClusterSession>(),
            terminal,
            isServed: !options.Once
        ));
        services.AddHostedService(provider => provider.GetRequiredService<TourService>());
    }

    // Standard output belongs to the tour and addresses. Program reports start failures.
    private static void Configure(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console => console.SingleLine = true);
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console =>
            console.LogToStandardErrorThreshold = LogLevel.Trace
        );
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter(AuditLog.Category, LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.None);
        // An unhandled exception of a route.
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
    }

    private static void Announce(Terminal terminal, WebApplication app, ServerOptions options)
    {
        if (options.IsDelegated)
        {
            terminal.Line(
                $"Serving the API of cluster '{app.Services.GetRequiredService<ClusterSession>().Session.Cluster}' at {app.Urls.First()} to callers with tokens of the cluster."
            );
            return;
        }

        if (options.Command == ServerCommand.Mcp)
        {
            // Not a credential: the approver has the token, and the agent's client may read this.
            terminal.Line($"Plans are approved at {app.Urls.First()} with the token of --approver.");
            return;
        }

        NodeManagerSession session = app.Services.GetRequiredService<ClusterSession>().Session;
        LocalTokens tokens = app.Services.GetRequiredService<LocalTokens>();
        string address = app.Urls.First();
        terminal.Heading("Serving the console and the REST API until Ctrl-C");
        terminal.Line($"  Cluster '{session.Cluster}' ({Describe(session)}), Kubernetes {session.ServerVersion}");
        foreach (ClusterMount mount in app.Services.GetRequiredService<ClusterMounts>().Further)
            terminal.Line($"  Cluster of context '{mount.Name}' at {address}{mount.Path}");
        terminal.Line($"  Open, {OpenLink(app)}");
        terminal.Line($"  Token that reads:   {tokens.Issue(AccessLevel.Viewer)}");
        terminal.Line($"  Token that changes: {tokens.Issue(AccessLevel.Admin)}");
        // An argument would expose the token in the process list and the shell's history.
        terminal.Line($"  curl: read -rs T; printf 'Authorization: Bearer %s' \"$T\" | curl -H @- {address}{NodeRoutes.Prefix}/nodes");
        terminal.Line(
            $"  Agents: {address}{AgentEndpoint.Path} with a token{(options.AgentChanges ? "; a change needs an approval with another token" : ", read-only")}"
        );
    }

    private static void Announce(HandoverLifetime parent, WebApplication app)
    {
        LocalTokens tokens = app.Services.GetRequiredService<LocalTokens>();
        SignIns signIns = app.Services.GetRequiredService<SignIns>();
        Uri address = new(app.Urls.First());
        ServerAnnouncement Link() =>
            new()
            {
                Address = address,
                SignInLink = $"{address.GetLeftPart(UriPartial.Authority)}/#{signIns.CreateLink(AccessLevel.Admin)}",
                SignInExpiresAt = TimeProvider.System.GetUtcNow() + SignIns.LinkLifetime,
            };
        parent.Announce(Link() with { ViewerToken = tokens.Issue(AccessLevel.Viewer), AdminToken = tokens.Issue(AccessLevel.Admin) }, Link);
    }

    private static string Describe(NodeManagerSession session) =>
        session.Source == "Sandbox"
            ? "embedded"
            : $"context '{session.Context}', {session.Server}{(session.User.Length > 0 ? $", as '{session.User}'" : "")}";
}
