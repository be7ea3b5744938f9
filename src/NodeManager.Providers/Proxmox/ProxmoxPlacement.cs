using NodeManager.Autoscaling.Resources;

namespace NodeManager.Providers.Proxmox;

/// <summary>A machine's share of a host.</summary>
internal readonly record struct HostShare(string Host, long Cores, long Memory);

/// <summary>Chooses the least used host that is online, allowed, in the zone, and has room.</summary>
internal static class ProxmoxPlacement
{
    /// <param name="resources">Freshly read.</param>
    /// <param name="pending">Machines in creation, which may be missing in the resources.</param>
    /// <param name="wanted">The required share; its host is ignored.</param>
    /// <param name="zone">The requested zone; null: any.</param>
    /// <param name="spec">Whitelist, zones and overcommitment.</param>
    /// <returns>The host, or null with the reason.</returns>
    public static (string? Host, string Reason) Choose(
        IReadOnlyList<ProxmoxResource> resources,
        IReadOnlyList<HostShare> pending,
        HostShare wanted,
        string? zone,
        ProxmoxProviderSpec spec
    )
    {
        var refused = new List<string>();
        string? best = null;
        double least = double.MaxValue;
        foreach (
            ProxmoxResource host in resources
                .Where(static one => one is { Type: "node", Node: not null })
                .OrderBy(static one => one.Node, StringComparer.Ordinal)
        )
        {
            string name = host.Node!;
            if (spec.NodeWhitelist is { Count: > 0 } allowed && !allowed.Contains(name))
                continue;
            if (zone is not null && spec.NodeZones?.GetValueOrDefault(name) != zone)
                continue;
            if (host.Status != "online")
            {
                refused.Add($"{name} is {host.Status}");
                continue;
            }

            ProxmoxResource[] guests =
            [
                .. resources.Where(one => one.Type is "qemu" or "lxc" && one.Node == name && one.Template != 1 && Counts(one)),
            ];
            HostShare[] coming = [.. pending.Where(one => one.Host == name)];
            // Guests may use all of their memory, and the host needs some: the larger of allocated and used memory counts.
            long usedMemory =
                Math.Max(guests.Sum(static one => one.MaxMemory ?? 0), host.UsedMemory ?? 0) + coming.Sum(static one => one.Memory);
            double usedCores = guests.Sum(static one => one.MaxCpu ?? 0) + coming.Sum(static one => one.Cores);
            double cores = host.MaxCpu ?? 0;
            long freeMemory = (host.MaxMemory ?? 0) - usedMemory;
            double freeCores = (cores * (spec.CpuOvercommit ?? 4)) - usedCores;
            // Proxmox refuses to start a machine with more cores than its host.
            if (wanted.Cores > cores || wanted.Cores > freeCores || wanted.Memory > freeMemory)
            {
                refused.Add(
                    FormattableString.Invariant(
                        $"{name} has {Math.Max(0, Math.Min(cores, freeCores)):0} cores and {Math.Max(0, freeMemory >> 20)} MiB free"
                    )
                );
                continue;
            }

            double use = Math.Max(
                (double)(usedMemory + wanted.Memory) / Math.Max(1, host.MaxMemory ?? 0),
                (usedCores + wanted.Cores) / Math.Max(1, cores * (spec.CpuOvercommit ?? 4))
            );
            if (use >= least)
                continue;
            (best, least) = (name, use);
        }

        if (best is not null)
            return (best, "");
        string what = FormattableString.Invariant($"{wanted.Cores} cores and {wanted.Memory >> 20} MiB");
        return (
            null,
            refused.Count == 0
                ? $"No host of Proxmox is {(zone is null ? "allowed by nodeWhitelist" : $"in zone '{zone}' and allowed by nodeWhitelist")}."
                : $"No host of Proxmox has room for {what}: {string.Join("; ", refused)}."
        );
    }

    // A stopped machine uses no memory, but one in creation will.
    private static bool Counts(ProxmoxResource guest) => guest.Status != "stopped" || guest.Lock is "create" or "clone";
}
