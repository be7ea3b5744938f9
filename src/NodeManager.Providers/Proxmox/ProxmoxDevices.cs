using System.Globalization;
using System.Text.RegularExpressions;
using NodeManager.Core.Machines;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Proxmox;

/// <summary>Devices of hosts that machines get by PCI resource mappings, and disks in the size of a shape.</summary>
internal static partial class ProxmoxDevices
{
    /// <summary>As many as a machine can have: hostpci0 to hostpci15.</summary>
    private const int Maximum = 16;

    private const string EphemeralStorage = "ephemeral-storage";

    /// <summary>The mapping of each device of the request, repeated for several.</summary>
    /// <exception cref="ProviderException">Invalid: a device without a mapping, or too many.</exception>
    public static IReadOnlyList<string> MappingsOf(ProxmoxProviderSpec spec, MachineRequest request)
    {
        List<string> mappings = [];
        foreach ((string name, decimal amount) in request.Resources.OrderBy(static one => one.Key, StringComparer.Ordinal))
        {
            if (!name.Contains('/', StringComparison.Ordinal) || amount <= 0)
                continue;
            string mapping =
                spec.DeviceMappings?.GetValueOrDefault(name)
                ?? throw Invalid($"spec.proxmox.deviceMappings has no entry for {name}, which shape '{request.Shape}' has.");
            if (mappings.Count + amount > Maximum)
                throw Invalid($"Shape '{request.Shape}' has more than {Maximum} devices.");
            mappings.AddRange(Enumerable.Repeat(mapping, (int)amount));
        }

        return mappings;
    }

    /// <summary>The parameters <c>hostpci0</c>, …; free numbers beside those of vmOptions.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Parameters(ProxmoxProviderSpec spec, MachineRequest request)
    {
        HashSet<string> taken = [.. (spec.VmOptions ?? []).Select(static one => one.Name)];
        // Only this chipset has PCI Express.
        string express = (spec.VmOptions ?? []).Exists(static one =>
            one.Name == "machine" && one.Value.ToString().Contains("q35", StringComparison.Ordinal)
        )
            ? ",pcie=1"
            : "";
        IEnumerable<string> names = Enumerable
            .Range(0, Maximum)
            .Select(static number => string.Create(CultureInfo.InvariantCulture, $"hostpci{number}"))
            .Where(name => !taken.Contains(name));
        return MappingsOf(spec, request).Zip(names, (mapping, name) => KeyValuePair.Create(name, $"mapping={mapping}{express}"));
    }

    /// <summary>The size of the disk in GiB; null: that of the template or of vmOptions.</summary>
    public static long? DiskGiB(ProxmoxProviderSpec spec, MachineRequest request) =>
        spec.Disk is not null && request.Resources.TryGetValue(EphemeralStorage, out decimal bytes) && bytes > 0
            ? (long)Math.Ceiling(bytes / (1 << 30))
            : null;

    /// <summary>The value of a new drive with the size: <c>local-zfs:16,ssd=1</c> becomes <c>local-zfs:200,ssd=1</c>.</summary>
    public static string Resized(string drive, long gibibytes) =>
        NewVolume().Replace(drive, match => string.Create(CultureInfo.InvariantCulture, $"{match.Groups[1].Value}{gibibytes}"), 1);

    /// <summary>The missing devices of a host as text; null: it has enough.</summary>
    /// <param name="mappings">The entries of each mapping in use, as Proxmox stores them.</param>
    /// <param name="machines">Their devices are taken.</param>
    /// <param name="wanted">See <see cref="MappingsOf"/>.</param>
    public static string? Shortage(
        string host,
        IReadOnlyDictionary<string, IReadOnlyList<string>> mappings,
        IReadOnlyList<ProxmoxVm> machines,
        IReadOnlyList<string> wanted
    )
    {
        foreach (IGrouping<string, string> mapping in wanted.GroupBy(static one => one, StringComparer.Ordinal))
        {
            int there = mappings.GetValueOrDefault(mapping.Key)?.Count(entry => entry.Split(',').Contains($"node={host}")) ?? 0,
                taken = machines.Where(machine => machine.Host == host).Sum(machine => machine.Mappings.Count(one => one == mapping.Key));
            if (there - taken < mapping.Count())
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{host} has {Math.Max(0, there - taken)} of {mapping.Count()} free devices of mapping '{mapping.Key}'"
                );
        }

        return null;
    }

    /// <summary>The mapping in a <c>hostpciN</c> value; null: another device.</summary>
    public static string? MappingIn(string value) =>
        value.Split(',').FirstOrDefault(static part => part.StartsWith("mapping=", StringComparison.Ordinal))?["mapping=".Length..];

    [GeneratedRegex("^hostpci([0-9]|1[0-5])$")]
    public static partial Regex Name();

    [GeneratedRegex("^((?:file=)?[^:,]+:)[0-9]+(?=,|$)")]
    private static partial Regex NewVolume();

    private static ProviderException Invalid(string reason) => new(MachineOutcome.Invalid, reason) { Code = System.Net.HttpStatusCode.OK };
}
