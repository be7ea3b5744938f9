using NodeManager.Providers.Settings;

namespace NodeManager.Providers.Simulated;

/// <summary>The parameters of New-NodeProvider for this type.</summary>
internal static class SimulatedSection
{
    public static ProviderSection Definition { get; } =
        new("simulated", new("BootDelay", "bootDelay"), new("MaxMachines", "maxMachines"), new("Zone", "zones")) { IsAlwaysSet = true };
}
