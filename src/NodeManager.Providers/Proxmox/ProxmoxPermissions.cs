using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NodeManager.Providers.Proxmox;

/// <summary>A privilege for creating and removing machines, on one of several paths.</summary>
/// <param name="Path">The most specific sufficient path.</param>
internal sealed record ProxmoxPermission(string Privilege, string Path);

/// <summary>
/// The privileges that settings require of the token, and the missing ones. Pure. Source: the permission checks of Proxmox' API (<c>POST
/// /nodes/{node}/qemu</c>, <c>clone</c>, <c>config</c>).
/// </summary>
internal static partial class ProxmoxPermissions
{
    private const string Machines = "/vms";

    // Before, bridges needed no privilege.
    private const int SdnFrom = 8;

    private static readonly string[] Always =
    [
        "VM.Allocate",
        "VM.Audit",
        "VM.Config.CPU",
        "VM.Config.Memory",
        "VM.Config.Network",
        "VM.Config.Options",
        "VM.PowerMgmt",
    ];

    /// <param name="version">For example <c>9.1.1</c>.</param>
    public static IReadOnlyList<ProxmoxPermission> Required(ProxmoxProviderSpec spec, string version)
    {
        List<ProxmoxPermission> required = [.. Always.Select(static one => new ProxmoxPermission(one, Machines))];
        List<(string Name, string Value)> options = [.. (spec.VmOptions ?? []).Select(static one => (one.Name, one.Value.ToString()))];
        if (spec.Template is { } template)
        {
            required.Add(new("VM.Clone", Machines));
            // A linked clone uses its template's storage, which is unknown here.
            required.Add(new("Datastore.AllocateSpace", template.Storage is { Length: > 0 } storage ? $"/storage/{storage}" : "/storage"));
        }

        if (
            options.Exists(static one =>
                one.Name.StartsWith("ci", StringComparison.Ordinal) || one.Name.StartsWith("ipconfig", StringComparison.Ordinal)
            )
        )
            required.Add(new("VM.Config.Cloudinit", Machines));
        foreach (string mapping in (spec.DeviceMappings?.Values.AsEnumerable() ?? []).Distinct())
        {
            required.Add(new("Mapping.Use", $"/mapping/pci/{mapping}"));
            required.Add(new("VM.Config.HWType", Machines));
        }

        if (spec.Disk is not null)
            required.Add(new("VM.Config.Disk", Machines));
        if (spec.TaintsInSmbios == true)
            required.Add(new("VM.Config.HWType", Machines));
        foreach ((string name, string value) in options.Where(static one => DriveName().IsMatch(one.Name)))
        {
            string volume = value.Split(',')[0];
            volume = volume.StartsWith("file=", StringComparison.Ordinal) ? volume[5..] : volume;
            bool isCdrom = value.Contains("media=cdrom", StringComparison.Ordinal) || volume is "none" or "cdrom";
            if (!isCdrom && !volume.EndsWith(":cloudinit", StringComparison.Ordinal))
                required.Add(new("VM.Config.Disk", Machines));
            if (!isCdrom && volume.Split(':') is [{ Length: > 0 } storage, _])
                required.Add(new("Datastore.AllocateSpace", $"/storage/{storage}"));
        }

        if (int.TryParse(version.Split('.')[0], CultureInfo.InvariantCulture, out int major) && major >= SdnFrom)
        {
            foreach (ProxmoxNetworkInterface card in spec.NetworkInterfaces ?? [])
                required.Add(
                    new(
                        "SDN.Use",
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"/sdn/zones/localnetwork/{card.Bridge}{(card.VlanTag is { } tag ? $"/{tag}" : "")}"
                        )
                    )
                );
        }

        return [.. required.Distinct()];
    }

    /// <param name="required">See <see cref="Required"/>.</param>
    /// <param name="granted">By path, as in <c>/access/permissions</c>.</param>
    public static IReadOnlyList<ProxmoxPermission> Missing(
        IReadOnlyList<ProxmoxPermission> required,
        IReadOnlyDictionary<string, Dictionary<string, JsonElement>> granted
    ) => [.. required.Where(one => !granted.Any(path => path.Value.ContainsKey(one.Privilege) && Covers(path.Key, one.Path)))];

    // Privileges are inherited by subpaths, and a pool has machines and storages. Bridges of SDN zones are below other zones.
    private static bool Covers(string path, string asked) =>
        path == "/"
        || path == asked
        || asked.StartsWith(path + "/", StringComparison.Ordinal)
        || (path.StartsWith("/pool/", StringComparison.Ordinal) && !asked.StartsWith("/sdn", StringComparison.Ordinal))
        || (asked == "/storage" && path.StartsWith("/storage/", StringComparison.Ordinal))
        || (
            path.StartsWith("/sdn/zones/", StringComparison.Ordinal)
            && asked.StartsWith("/sdn/zones/", StringComparison.Ordinal)
            && SameBridge(path, asked)
        );

    private static bool SameBridge(string path, string asked) =>
        path.Split('/') is [_, _, _, _, var bridge, ..]
        && asked.Split('/')[4] == bridge
        && (path.Split('/').Length == 5 || path.Split('/')[^1] == asked.Split('/')[^1]);

    [GeneratedRegex("^((ide|sata|scsi|virtio)[0-9]+|efidisk0|tpmstate0)$")]
    private static partial Regex DriveName();
}
