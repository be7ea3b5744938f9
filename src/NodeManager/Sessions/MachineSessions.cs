using NodeManager.Providers;

namespace NodeManager.Sessions;

/// <summary>Makes the types of providers that NodeManager brings known before the first of them is used.</summary>
internal static class MachineSessions
{
    /// <summary>Costs nothing when it was called before.</summary>
    public static void Prepare() => BuiltInMachineProviders.Register();
}
