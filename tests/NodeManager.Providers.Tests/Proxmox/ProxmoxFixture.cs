using System.Text.Json;
using NodeManager.Core.Machines;
using NodeManager.Providers.Proxmox;
using NodeManager.Testing;

namespace NodeManager.Providers.Tests.Proxmox;

/// <summary>Providers over a <see cref="FakeProxmox"/>, in a clock in which nothing waits.</summary>
internal static class ProxmoxFixture
{
    public const string Sample = """
        {"type":"proxmox","credentialsSecretRef":{"name":"proxmox-api-secret","namespace":"kubenodesmith"},
         "proxmox":{"endpoint":"https://10.0.4.30:8006/api2/json","nodeWhitelist":["alfaromeo","porsche"],"vmIDRange":{"lower":1250,"upper":1300},
           "managedNodeTag":"kubenodesmith-managed","vmMemOverheadMiB":2048,
           "networkInterfaces":[{"name":"net0","model":"virtio","bridge":"vmbr0","vlanTag":20,"macPrefix":"02:00:00"}],
           "vmOptions":[{"name":"sockets","value":1},{"name":"cpu","value":"host"},{"name":"boot","value":"order=net0"},{"name":"ostype","value":"l26"},
             {"name":"ipconfig0","value":"ip=dhcp"},{"name":"ide2","value":"local-zfs:cloudinit"},{"name":"scsi0","value":"local-zfs:16,serial=CONTAINERD01,discard=on,ssd=1"},
             {"name":"cicustom","value":"meta=snippets:snippets/zagato-shared-cloud-init-meta-data.yaml"}]}}
        """;

    public static MachineProviderSettings Settings(
        HttpMessageHandler server,
        string spec = Sample,
        string owner = "cluster-1/proxmox",
        string? secret = null
    ) =>
        new(
            "proxmox-production",
            "kubenodesmith",
            JsonDocument.Parse(spec).RootElement,
            new(
                new Dictionary<string, string>
                {
                    ["PROXMOX_TOKEN_ID"] = FakeProxmox.Token,
                    ["PROXMOX_SECRET"] = secret ?? FakeProxmox.Secret,
                }
            )
        )
        {
            Owner = owner,
            Time = new ManualTimeProvider { IsEager = true },
            WrapTransport = _ => server,
        };

    public static ProxmoxProvider Create(HttpMessageHandler server, string spec = Sample, string owner = "cluster-1/proxmox") =>
        (ProxmoxProvider)new ProxmoxProviderFactory().Create(Settings(server, spec, owner));

    public static MachineRequest Request(string claim = "11111111-aaaa-bbbb-cccc-000000000001", string name = "proxmox-small-1") =>
        new(claim, name, 4, 8192) { Pool = "proxmox-small" };

    public static MachineIdentity Identity(Machine machine) => new(machine.ProviderId, machine.Name, machine.ClaimUid);
}
