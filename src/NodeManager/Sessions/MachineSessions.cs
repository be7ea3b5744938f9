using NodeManager.Providers;

namespace NodeManager.Sessions;

/// <summary>Registers the built-in provider types before first use.</summary>
internal static class MachineSessions
{
    /// <summary>Idempotent.</summary>
    public static void Prepare() => BuiltInMachineProviders.Register();
}
