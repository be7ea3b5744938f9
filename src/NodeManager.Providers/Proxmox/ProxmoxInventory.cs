using System.Globalization;
using System.Net;
using NodeManager.Core.Machines;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Proxmox;

/// <summary>Reads machines. Their identity comes from their configuration, because the cluster's overview may be stale.</summary>
internal sealed class ProxmoxInventory(ProxmoxApi api, ProxmoxProviderSpec spec, VmIds ids)
{
    private const int ReadsInFlight = 8;

    private string? _cluster;

    public string Tag => spec.ManagedNodeTag ?? ProxmoxParameters.DefaultTag;

    /// <summary>Hosts and guests.</summary>
    public async Task<IReadOnlyList<ProxmoxResource>> ReadResourcesAsync(CancellationToken cancellationToken) =>
        await api.GetAsync("/cluster/resources", ProxmoxJson.Default.ProxmoxAnswerListProxmoxResource, cancellationToken);

    /// <summary>The configurations of possible machines of the provider: those in the id range, and those with the tag.</summary>
    /// <returns>The machines, and why others cannot be read, as their hosts are offline; null: all were read.</returns>
    /// <exception cref="ProviderException">A host that is online does not answer.</exception>
    public async Task<(IReadOnlyList<ProxmoxVm> Machines, ProviderException? Unread)> ReadMachinesAsync(
        IReadOnlyList<ProxmoxResource> resources,
        CancellationToken cancellationToken
    )
    {
        var found = new List<ProxmoxVm>();
        HashSet<string?> offline =
        [
            .. resources.Where(static one => one is { Type: "node", Status: "offline" }).Select(static one => one.Node),
        ];
        ProxmoxResource[] possible =
        [
            .. resources.Where(one =>
                one is { Type: "qemu", Node: not null } && (ids.Contains(one.VmId) || ProxmoxParameters.HasTag(one.Tags, Tag))
            ),
        ];
        await Parallel.ForEachAsync(
            possible.Where(one => !offline.Contains(one.Node)),
            new ParallelOptions { MaxDegreeOfParallelism = ReadsInFlight, CancellationToken = cancellationToken },
            async (resource, token) =>
            {
                if (await TryReadAsync(resource.VmId, resource.Node!, token) is not { IsTemplate: false } machine)
                    return;
                lock (found)
                    found.Add(machine);
            }
        );
        string[] unread = [.. possible.Where(one => offline.Contains(one.Node)).Select(static one => one.Node!).Distinct().Order()];
        return (
            [.. found.OrderBy(static one => one.Id)],
            unread.Length == 0
                ? null
                : new(MachineOutcome.Unavailable, $"Machines cannot be read because their hosts are offline: {string.Join(", ", unread)}.")
                {
                    Code = HttpStatusCode.ServiceUnavailable,
                }
        );
    }

    /// <summary>The machine of an id on any host; null: none.</summary>
    /// <exception cref="ProviderException">It exists but cannot be read.</exception>
    public async Task<ProxmoxVm?> FindAsync(long id, CancellationToken cancellationToken)
    {
        // Twice, because a machine may migrate in between.
        for (int attempt = 0; attempt < 2; attempt++)
        {
            IReadOnlyList<ProxmoxResource> resources = await ReadResourcesAsync(cancellationToken);
            if (
                resources.FirstOrDefault(one => one.Type == "qemu" && one.VmId == id && one.Node is not null) is { } resource
                && await TryReadAsync(id, resource.Node!, cancellationToken) is { } machine
            )
                return machine;
            if (await api.IsFreeAsync(id, cancellationToken))
                return null;
        }

        throw new ProviderException(
            MachineOutcome.Unavailable,
            $"Proxmox has a guest with id {id.ToString(CultureInfo.InvariantCulture)} that is not in its overview. If this persists, the token lacks VM.Audit on it."
        )
        {
            Code = HttpStatusCode.ServiceUnavailable,
        };
    }

    /// <summary>Null if it is not on the host.</summary>
    /// <exception cref="ProviderException">It cannot be read.</exception>
    public async Task<ProxmoxVm?> TryReadAsync(long id, string host, CancellationToken cancellationToken)
    {
        try
        {
            return ProxmoxVm.Read(
                id,
                host,
                await api.GetAsync(
                    $"/nodes/{Uri.EscapeDataString(host)}/qemu/{id.ToString(CultureInfo.InvariantCulture)}/config",
                    ProxmoxJson.Default.ProxmoxAnswerDictionaryStringJsonElement,
                    cancellationToken
                ),
                Tag
            );
        }
        catch (ProviderException e) when (e.Code == HttpStatusCode.InternalServerError)
        {
            // Either the configuration does not exist, or the host fails: the cluster's ids decide.
            if (await api.IsFreeAsync(id, cancellationToken))
                return null;
            IReadOnlyList<ProxmoxResource> resources = await ReadResourcesAsync(cancellationToken);
            if (resources.Any(one => one.Type == "qemu" && one.VmId == id && one.Node != host))
                return null;
            throw;
        }
    }

    /// <summary>The entries of all PCI resource mappings by name.</summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> ReadMappingsAsync(CancellationToken cancellationToken) =>
        (await api.GetAsync("/cluster/mapping/pci", ProxmoxJson.Default.ProxmoxAnswerListProxmoxMapping, cancellationToken)).ToDictionary(
            static one => one.Id,
            static one => (IReadOnlyList<string>)(one.Map ?? []),
            StringComparer.Ordinal
        );

    public async Task<bool> IsRunningAsync(ProxmoxVm machine, CancellationToken cancellationToken) =>
        (await api.GetAsync($"{machine.Path}/status/current", ProxmoxJson.Default.ProxmoxAnswerProxmoxPowerState, cancellationToken)).Status
        == "running";

    /// <summary>The cluster's name for provider ids; <c>cluster</c> if it has none or the token cannot read it.</summary>
    public async Task<string> ReadClusterNameAsync(CancellationToken cancellationToken)
    {
        if (_cluster is { } known)
            return known;
        try
        {
            List<ProxmoxClusterEntry> entries = await api.GetAsync(
                "/cluster/status",
                ProxmoxJson.Default.ProxmoxAnswerListProxmoxClusterEntry,
                cancellationToken
            );
            return _cluster = entries.Find(static one => one.Type == "cluster")?.Name is { Length: > 0 } name ? name : "cluster";
        }
        catch (ProviderException e) when (e.Outcome == MachineOutcome.Forbidden)
        {
            return _cluster = "cluster";
        }
    }

    /// <summary>The VM id in a provider id; null for another provider's.</summary>
    public static long? ParseId(string? providerId) =>
        providerId is not null
        && Uri.TryCreate(providerId, UriKind.Absolute, out Uri? uri)
        && uri.Scheme == "proxmox"
        && uri.AbsolutePath.Trim('/').Split('/') is ["vms", string text]
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id)
            ? id
            : null;
}
