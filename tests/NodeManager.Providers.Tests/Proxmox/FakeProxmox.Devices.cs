using System.Text.Json.Nodes;

namespace NodeManager.Providers.Tests.Proxmox;

// What the token may do, the devices and disks of machines, and what the hosts report.
internal sealed partial class FakeProxmox
{
    private static readonly string[] UnreportedFields = ["type", "node", "vmid", "name", "template", "tags", "lock"];

    /// <summary>Hosts that are down. The others show their machines, and cannot ask them.</summary>
    public HashSet<string> Offline { get; } = [];

    /// <summary>The hosts have not reported their machines: the overview has no state and no size of them.</summary>
    public bool ReportsLate { get; set; }

    /// <summary>The PCI resource mappings, with an entry for each device.</summary>
    public Dictionary<string, string[]> Mappings { get; } = [];

    /// <summary>Of the token, on <c>/vms</c>.</summary>
    public HashSet<string> Privileges { get; } =
    [
        "VM.Allocate",
        "VM.Audit",
        "VM.Clone",
        "VM.Config.CPU",
        "VM.Config.Cloudinit",
        "VM.Config.Disk",
        "VM.Config.HWType",
        "VM.Config.Memory",
        "VM.Config.Network",
        "VM.Config.Options",
        "VM.PowerMgmt",
        "Datastore.AllocateSpace",
        "SDN.Use",
    ];

    private HttpResponseMessage MappingList() =>
        Data(
            new JsonArray([
                .. Mappings.Select(static one =>
                    (JsonNode)
                        new JsonObject { ["id"] = one.Key, ["map"] = new JsonArray([.. one.Value.Select(static entry => (JsonNode)entry)]) }
                ),
            ])
        );

    private static HttpResponseMessage Resize(FakeVm vm, Dictionary<string, string> form)
    {
        string volume = vm.Configuration.GetValueOrDefault(form["disk"], "").Split(",size=")[0];
        vm.Set(form["disk"], $"{volume},size={form["size"]}");
        return Data(null);
    }
}
