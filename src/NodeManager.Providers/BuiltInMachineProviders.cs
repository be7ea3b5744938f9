using NodeManager.Core.Machines;
using NodeManager.Providers.ClusterApi;
using NodeManager.Providers.Proxmox;
using NodeManager.Providers.Redfish;
using NodeManager.Providers.Simulated;
using NodeManager.Providers.Webhook;

[assembly: MachineProvider(typeof(ClusterApiProviderFactory))]
[assembly: MachineProvider(typeof(ProxmoxProviderFactory))]
[assembly: MachineProvider(typeof(RedfishProviderFactory))]
[assembly: MachineProvider(typeof(SimulatedProviderFactory))]
[assembly: MachineProvider(typeof(WebhookProviderFactory))]

namespace NodeManager.Providers;

public static class BuiltInMachineProviders
{
    /// <summary>Registers them in the process; idempotent.</summary>
    public static void Register() => AddTo(MachineProviderRegistry.Shared);

    /// <inheritdoc cref="Register"/>
    public static void AddTo(MachineProviderRegistry registry) => registry.Add(typeof(BuiltInMachineProviders).Assembly);
}
