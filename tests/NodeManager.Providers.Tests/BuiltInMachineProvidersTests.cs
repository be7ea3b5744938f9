using System.Text.Json;
using NodeManager.Core.Machines;

namespace NodeManager.Providers.Tests;

public sealed class BuiltInMachineProvidersTests
{
    [Fact]
    public void Registered_provider_types_are_available_in_the_process()
    {
        BuiltInMachineProviders.Register();
        BuiltInMachineProviders.Register();
        Assert.Equal(["clusterapi", "proxmox", "redfish", "simulated", "webhook"], MachineProviderRegistry.Shared.Types);
    }

    [Theory]
    [InlineData("proxmox", "{}", "spec.credentialsSecretRef = /[] PROXMOX_TOKEN_ID PROXMOX_SECRET")]
    [InlineData(
        "proxmox",
        """{"credentialsSecretRef":{"name":"a","namespace":"b"}}""",
        "spec.credentialsSecretRef = b/[a] PROXMOX_TOKEN_ID PROXMOX_SECRET"
    )]
    [InlineData("redfish", """{"redfish":{"systems":[]}}""", "")]
    [InlineData(
        "redfish",
        """{"credentialsSecretRef":{"name":"a"},"redfish":{"systems":[{"name":"x","endpoint":"https://x"}]}}""",
        "spec.credentialsSecretRef = /[a] REDFISH_USERNAME REDFISH_PASSWORD"
    )]
    [InlineData(
        "redfish",
        """{"redfish":{"systems":[{"name":"x","endpoint":"https://x","credentialsSecretRef":{"name":"x-bmc"}},{"name":"y","endpoint":"https://y"}]}}""",
        "spec.redfish.systems[x].credentialsSecretRef = /[x-bmc] REDFISH_USERNAME REDFISH_PASSWORD; spec.credentialsSecretRef = /[] REDFISH_USERNAME REDFISH_PASSWORD"
    )]
    [InlineData("simulated", "{}", "")]
    [InlineData("simulated", """{"credentialsSecretRef":{"name":"a"}}""", "spec.credentialsSecretRef = /[a]")]
    public void Each_provider_type_names_its_secrets(string type, string spec, string expected)
    {
        var registry = new MachineProviderRegistry();
        BuiltInMachineProviders.AddTo(registry);
        IReadOnlyList<MachineSecret> secrets = registry.Find(type)!.GetSecrets(JsonDocument.Parse(spec).RootElement);
        Assert.Equal(
            expected,
            string.Join(
                "; ",
                secrets.Select(static one => $"{one.Field} = {one.Namespace}/[{one.Name}] {string.Join(' ', one.Keys)}".TrimEnd())
            )
        );
    }
}
