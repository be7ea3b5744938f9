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
    /// <param name="shortageOf">What a host lacks beyond cores and memory; null: nothing.</param>
    /// <returns>The host, or null with the reason.</returns>
    public static (string? Host, string Reason) Choose(
        IReadOnlyList<ProxmoxResource> resources,
        IReadOnlyList<HostShare> pending,
        HostShare wanted,
        string? zone,
        ProxmoxProviderSpec spec,
        Func<string, string?>? shortageOf = null
    )
    {
        var refused = new List<string>();
        string? best = null;
        double lowest = double.MaxValue;
        foreach (
            ProxmoxResource host in resources
                .Where(static one => one is { Type: "node", Node: not null })
                .OrderBy(static one => one.Node, StringComparer.Ordinal)
        )
        {
            string name = host.Node!;
            if (!IsAllowed(name, zone, spec))
                continue;
            if (host.Status != "online")
            {
                refused.Add($"{name} is {host.Status}");
                continue;
            }

            HostRoom room = RoomOf(host, resources, pending, spec);
            // Proxmox refuses to start a machine with more cores than its host.
            if (wanted.Cores > room.Cores || wanted.Cores > room.FreeCores || wanted.Memory > room.FreeMemory)
            {
                refused.Add(
                    FormattableString.Invariant(
                        $"{name} has {Math.Max(0, Math.Min(room.Cores, room.FreeCores)):0} cores and {Math.Max(0, room.FreeMemory >> 20)} MiB free"
                    )
                );
                continue;
            }

            if (shortageOf?.Invoke(name) is { } missing)
            {
                refused.Add(missing);
                continue;
            }

            double use = room.ShareWith(wanted);
            if (use >= lowest)
                continue;
            (best, lowest) = (name, use);
        }

        return best is not null ? (best, "") : (null, ReasonOf(refused, wanted, zone));
    }

    private static string ReasonOf(List<string> refused, HostShare wanted, string? zone) =>
        refused.Count == 0
            ? $"No host of Proxmox is {(zone is null ? "allowed by nodeWhitelist" : $"in zone '{zone}' and allowed by nodeWhitelist")}."
            : FormattableString.Invariant(
                $"No host of Proxmox has room for {wanted.Cores} cores and {wanted.Memory >> 20} MiB: {string.Join("; ", refused)}."
            );

    private static bool IsAllowed(string host, string? zone, ProxmoxProviderSpec spec)
    {
        if (spec.NodeWhitelist is { Count: > 0 } allowed && !allowed.Contains(host))
            return false;
        return zone is null || spec.NodeZones?.GetValueOrDefault(host) == zone;
    }

    private static HostRoom RoomOf(
        ProxmoxResource host,
        IReadOnlyList<ProxmoxResource> resources,
        IReadOnlyList<HostShare> pending,
        ProxmoxProviderSpec spec
    )
    {
        ProxmoxResource[] guests =
        [
            .. resources.Where(one => one.Type is "qemu" or "lxc" && one.Node == host.Node && one.Template != 1 && Counts(one)),
        ];
        HostShare[] creating = [.. pending.Where(one => one.Host == host.Node)];
        // Guests may use all of their memory, and the host needs some: the larger of allocated and used memory counts.
        long usedMemory =
            Math.Max(guests.Sum(static one => one.MaxMemory ?? 0), host.UsedMemory ?? 0) + creating.Sum(static one => one.Memory);
        double usedCores = guests.Sum(static one => one.MaxCpu ?? 0) + creating.Sum(static one => one.Cores);
        double cores = host.MaxCpu ?? 0;
        return new(cores, cores * (spec.CpuOvercommit ?? 4), usedCores, host.MaxMemory ?? 0, usedMemory);
    }

    /// <param name="VirtualCores">Cores times overcommitment.</param>
    private readonly record struct HostRoom(double Cores, double VirtualCores, double UsedCores, long Memory, long UsedMemory)
    {
        public double FreeCores => VirtualCores - UsedCores;

        public long FreeMemory => Memory - UsedMemory;

        public double ShareWith(HostShare machine) =>
            Math.Max((double)(UsedMemory + machine.Memory) / Math.Max(1, Memory), (UsedCores + machine.Cores) / Math.Max(1, VirtualCores));
    }

    // A stopped machine uses no memory, but one in creation will.
    private static bool Counts(ProxmoxResource guest) => guest.Status != "stopped" || guest.Lock is "create" or "clone";
}
