using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NodeManager.Core.Machines;

namespace NodeManager.Providers.Proxmox;

/// <summary>A virtual machine from its configuration.</summary>
internal sealed partial record ProxmoxVm(long Id, string Host)
{
    public string Name { get; init; } = "";

    public string Tags { get; init; } = "";

    public bool HasTag { get; init; }

    public MachineMark? Mark { get; init; }

    /// <summary>The operation in progress: <c>create</c>, <c>clone</c>, <c>backup</c>, …; empty: none.</summary>
    public string Lock { get; init; } = "";

    /// <summary>Changes with every change of the configuration.</summary>
    public string Digest { get; init; } = "";

    public bool IsTemplate { get; init; }

    /// <summary>Empty: none.</summary>
    public string Smbios { get; init; } = "";

    public long Cores { get; init; }

    public long MemoryMiB { get; init; }

    public IReadOnlyList<string> MacAddresses { get; init; } = [];

    /// <summary>The PCI resource mappings that it uses, one for each device.</summary>
    public IReadOnlyList<string> Mappings { get; init; } = [];

    public string IdText => Id.ToString(CultureInfo.InvariantCulture);

    public string Path => $"/nodes/{Uri.EscapeDataString(Host)}/qemu/{IdText}";

    public ObservedMachine Observed => new(IdText, Name, HasTag, Mark);

    /// <summary>Its owner is unknown while it is created without a mark.</summary>
    public bool IsUnclear => Mark is null && (Lock is "create" or "clone");

    public static ProxmoxVm Read(long id, string host, IReadOnlyDictionary<string, JsonElement> configuration, string tag) =>
        new(id, host)
        {
            Name = Text(configuration, "name"),
            Tags = Text(configuration, "tags"),
            HasTag = ProxmoxParameters.HasTag(Text(configuration, "tags"), tag),
            Mark = MachineMark.Parse(Text(configuration, "description")),
            Lock = Text(configuration, "lock"),
            Digest = Text(configuration, "digest"),
            Smbios = Text(configuration, "smbios1"),
            IsTemplate = Text(configuration, "template") == "1",
            Cores = ReadNumber(configuration, "cores", 1) * ReadNumber(configuration, "sockets", 1),
            MemoryMiB = ReadNumber(configuration, "memory", 512),
            Mappings =
            [
                .. configuration
                    .Where(static one => ProxmoxDevices.Name().IsMatch(one.Key))
                    .Select(static one => ProxmoxDevices.MappingIn(one.Value.ToString()))
                    .OfType<string>(),
            ],
            MacAddresses =
            [
                .. configuration
                    .Where(static one => CardName().IsMatch(one.Key))
                    .OrderBy(static one => one.Key, StringComparer.Ordinal)
                    .Select(static one => Mac().Match(one.Value.ToString()).Value)
                    .Where(static one => one.Length > 0),
            ],
        };

    /// <summary>True for the provider's own machine of the mark's claim, as opposed to a copy or a modified one.</summary>
    public bool IsManaged(string owner) => Mark is { } mark && mark.Owner == owner && mark.Id == IdText && mark.Name == Name && HasTag;

    public Machine ToMachine(string provider, string cluster, string owner, string? status, ProxmoxProviderSpec spec) =>
        new()
        {
            Name = Name,
            Provider = provider,
            ProviderId = $"proxmox://{cluster}/vms/{IdText}",
            ClaimUid = Mark is { } mark && mark.Owner == owner && mark.Id == IdText ? mark.ClaimUid : "",
            Status =
                Lock is "create" or "clone" || Mark is { IsComplete: false }
                    ? MachineStatus.Creating
                    : status switch
                    {
                        "running" => MachineStatus.Running,
                        "stopped" => MachineStatus.Stopped,
                        _ => MachineStatus.Unknown,
                    },
            IsManaged = IsManaged(owner),
            Host = Host,
            Zone = spec.NodeZones?.GetValueOrDefault(Host) ?? "",
            CpuCores = Cores,
            Memory = MemoryMiB << 20,
            MacAddresses = new([.. MacAddresses]),
        };

    private static string Text(IReadOnlyDictionary<string, JsonElement> configuration, string key) =>
        configuration.TryGetValue(key, out JsonElement value) ? value.ToString() : "";

    private static long ReadNumber(IReadOnlyDictionary<string, JsonElement> configuration, string key, long otherwise) =>
        long.TryParse(Text(configuration, key), NumberStyles.Integer, CultureInfo.InvariantCulture, out long value) ? value : otherwise;

    [GeneratedRegex("^net[0-9]+$")]
    private static partial Regex CardName();

    [GeneratedRegex("([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}")]
    private static partial Regex Mac();
}
