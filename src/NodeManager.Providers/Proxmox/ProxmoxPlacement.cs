using NodeManager.Autoscaling.Resources;

namespace NodeManager.Providers.Proxmox;

/// <summary>What a machine takes of a host.</summary>
internal readonly record struct HostShare(string Host, long Cores, long Memory);

/// <summary>Chooses the host of a machine: one that is online, allowed, in the zone, and has room; the least used one of these.</summary>
internal static class ProxmoxPlacement
{
    /// <param name="resources">Of the cluster, as just read.</param>
    /// <param name="pending">Machines that this process is creating and that may be missing among the resources.</param>
    /// <param name="wanted">What is needed; its host is not looked at.</param>
    /// <param name="zone">The zone that is asked for; null: any.</param>
    /// <param name="spec">Whitelist, zones, overcommitment.</param>
    /// <returns>The host, or null and why there is none.</returns>
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
            // Guests may use all of theirs, and the host itself needs some: the larger of promised and used counts.
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

    // What is switched off may be started again, but does not hold memory; what is being made will.
    private static bool Counts(ProxmoxResource guest) => guest.Status != "stopped" || guest.Lock is "create" or "clone";
}
