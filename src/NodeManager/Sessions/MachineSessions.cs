using NodeManager.Core.Machines;
using NodeManager.Providers;

namespace NodeManager.Sessions;

/// <summary>Registers the built-in provider types, for sessions and completers.</summary>
internal static class MachineSessions
{
    /// <summary>Idempotent. Their assembly is loaded when a type is first needed.</summary>
    public static void Prepare() => MachineProviderRegistry.Shared.AddOnFirstUse(static () => typeof(BuiltInMachineProviders).Assembly);
}
