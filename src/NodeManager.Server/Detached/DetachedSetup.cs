using NodeManager.Server.Nodes;

namespace NodeManager.Server.Detached;

/// <summary>The services of a server that executes work of <c>-Detach</c>.</summary>
internal static class DetachedSetup
{
    /// <param name="ns">The namespace of requests and runs.</param>
    public static void Add(IServiceCollection services, string ns)
    {
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<StoredDrainOperations>(provider, ns));
        services.AddHostedService(static provider => provider.GetRequiredService<StoredDrainOperations>());
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<DetachedService>(provider, ns));
    }
}
