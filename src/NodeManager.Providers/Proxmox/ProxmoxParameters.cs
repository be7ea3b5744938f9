using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NodeManager.Core.Machines;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Proxmox;

/// <summary>API parameters of machines.</summary>
internal static class ProxmoxParameters
{
    public const string DefaultTag = "kubenodesmith-managed";

    /// <summary>Hardware, network and options of new machines and clones.</summary>
    /// <param name="smbios">A clone's SMBIOS; null: none.</param>
    /// <exception cref="ProviderException">Invalid: an unsupported value.</exception>
    public static List<KeyValuePair<string, string>> Hardware(ProxmoxProviderSpec spec, MachineRequest request, string? smbios = null)
    {
        var parameters = new List<KeyValuePair<string, string>>();
        long sockets =
            spec.VmOptions?.Find(static one => one.Name == "sockets") is { } option
            && long.TryParse(TextOf(option.Value), out long given)
            && given > 0
                ? given
                : 1;
        parameters.Add(new("cores", Format((request.CpuCores + sockets - 1) / sockets)));
        parameters.Add(new("memory", Format(MemoryMiB(spec, request))));
        foreach (ProxmoxNetworkInterface card in spec.NetworkInterfaces ?? [])
            parameters.Add(new(card.Name, Card(card, request.ClaimUid)));
        foreach (ProxmoxOption one in spec.VmOptions ?? [])
            parameters.Add(
                new(
                    one.Name,
                    one.Name == spec.Disk && ProxmoxDevices.DiskGiB(spec, request) is { } size
                        ? ProxmoxDevices.Resized(TextOf(one.Value), size)
                        : TextOf(one.Value)
                )
            );
        parameters.AddRange(ProxmoxDevices.Parameters(spec, request));
        if (spec.TaintsInSmbios == true && request.Taints.Count > 0)
            parameters.Add(new("smbios1", ProxmoxSmbios.WithTaints(smbios, request)));
        return parameters;
    }

    public static List<KeyValuePair<string, string>> Identity(ProxmoxProviderSpec spec, MachineRequest request, MachineMark mark) =>
        [new("name", request.Name), new("description", Describe(request, mark)), new("tags", spec.ManagedNodeTag ?? DefaultTag)];

    /// <summary>The description for people, with the mark.</summary>
    public static string Describe(MachineRequest request, MachineMark mark) =>
        $"Kubernetes node of pool {(request.Pool.Length > 0 ? request.Pool : "-")}, managed by NodeManager. Do not edit the next line.\n\n{mark.Format()}\n";

    public static long MemoryMiB(ProxmoxProviderSpec spec, MachineRequest request) => request.MemoryMiB + (spec.VmMemOverheadMiB ?? 0);

    /// <summary>A stable address per claim and card, with the prefix.</summary>
    public static string MacOf(string prefix, string claimUid, string card)
    {
        string[] known = prefix.Split(':');
        byte[] rest = SHA256.HashData(Encoding.UTF8.GetBytes($"{claimUid}/{card}"));
        return string.Join(
            ':',
            Enumerable
                .Range(0, 6)
                .Select(i => i < known.Length ? known[i].ToUpperInvariant() : rest[i].ToString("X2", CultureInfo.InvariantCulture))
        );
    }

    /// <summary>Whether a list of tags, separated by ';', ',' or spaces, has the tag.</summary>
    public static bool HasTag(string? tags, string tag) =>
        (tags ?? "").Split([';', ',', ' '], StringSplitOptions.RemoveEmptyEntries).Contains(tag, StringComparer.Ordinal);

    private static string Card(ProxmoxNetworkInterface card, string claimUid)
    {
        string text = card.MacPrefix is { } prefix ? $"{card.Model}={MacOf(prefix, claimUid, card.Name)}" : $"model={card.Model}";
        text += $",bridge={card.Bridge}";
        return card.VlanTag is { } tag ? $"{text},tag={Format(tag)}" : text;
    }

    private static string TextOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.True => "1",
            JsonValueKind.False => "0",
            _ => value.GetRawText(),
        };

    private static string Format(long value) => value.ToString(CultureInfo.InvariantCulture);
}
