namespace NodeManager.Server.Demonstration;

/// <summary>Registers what fills the pages of the demo.</summary>
internal static class DemoSetup
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<DemoWork>();
        services.AddSingleton<DemoAutoscaler>();
        services.AddSingleton<DemoService>();
        services.AddHostedService(static provider => provider.GetRequiredService<DemoService>());
    }
}
