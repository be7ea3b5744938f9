using Microsoft.Extensions.DependencyInjection.Extensions;
using NodeManager.Server.Access;
using NodeManager.Server.Agents.Plans;
using NodeManager.Server.Metrics;
using NodeManager.Server.Operations;
using NodeManager.Server.Scheduler;

namespace NodeManager.Server.Agents;

/// <summary>Registers services for both transports.</summary>
internal static class AgentSetup
{
    public static void Add(IServiceCollection services)
    {
        services.TryAddSingleton(new AgentSettings());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ServerTelemetry>();
        services.TryAddSingleton<AuditLog>();
        services.TryAddSingleton<OperationRegistry>();
        services.TryAddSingleton<SchedulerService>();
        services.AddSingleton<AgentAudit>();
        services.AddSingleton<AgentPlanStore>();
        services.AddSingleton<AgentPlanner>();
        services.AddSingleton<AgentPlanRunner>();
        services.AddSingleton<AgentToolset>();
        services.AddSingleton<AgentSessions>();
        services.AddSingleton<AgentEndpoint>();
        services.AddSingleton<AgentPlanRoutes>();
    }

    /// <summary>The stdio transport.</summary>
    public static void AddStdio(IServiceCollection services) =>
        services.AddHostedService(static provider => new AgentStdio(
            provider.GetRequiredService<AgentToolset>(),
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetRequiredService<IHostApplicationLifetime>()
        ));
}
