using NodeManager.Scheduling;
using NodeManager.Scheduling.Packing;

namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>
/// The possible machines of a pool: its shapes; else the servers of a bare-metal provider; else sizes from the minimum (2 cores and 2048
/// MiB) up to four times that, and as large as the largest pod needs, in whole cores.
/// </summary>
internal static class PoolOffers
{
    private const int Growth = 4;
    private const int Steps = 12;
    private const long MemoryStep = 256;

    /// <summary>The smallest machine without a size in pool or shape.</summary>
    public const long DefaultCores = 2,
        DefaultMemory = 2048;

    /// <param name="demand">The pending pods: large ones get sizes of their own.</param>
    /// <param name="daemonSets">The DaemonSets of each node.</param>
    public static List<MachineOffer> Of(PoolState state, IReadOnlyList<Pod> demand, IReadOnlyList<DaemonSet> daemonSets)
    {
        NodeSmithMachineTemplate template = state.Pool.Spec.MachineTemplate;
        List<(string? Zone, List<MachineSize> Sizes)> choices = template.Shapes is { Count: > 0 } shapes
            ? OfShapes(state, shapes)
            : OfServers(state) ?? [.. Zones(state).Select(zone => (zone, OfDemand(state, zone, demand, daemonSets)))];
        return [.. choices.Select(choice => Offer(state, choice.Zone, choice.Sizes, daemonSets))];
    }

    private static MachineOffer Offer(PoolState state, string? zone, List<MachineSize> sizes, IReadOnlyList<DaemonSet> daemonSets)
    {
        Node template = Template(state, zone);
        List<Pod> residents = [.. DaemonSetOverhead.On(template, daemonSets)];
        return new()
        {
            Pool = state.Name,
            Zone = zone,
            Template = template,
            Sizes =
            [
                .. sizes
                    .OrderBy(static size => size.Cost)
                    .ThenBy(static size => size.CpuCores)
                    .ThenBy(static size => size.Name, StringComparer.Ordinal),
            ],
            Overhead = DaemonSetOverhead.Of(residents),
            Residents = residents,
            Allowance = state.Allowance,
        };
    }

    private static Node Template(PoolState state, string? zone) =>
        ExpectedNodes.Template(state.Pool, zone, state.Members.FirstOrDefault(static member => member.Node is not null)?.Node);

    /// <summary>The zones of the provider; one null without zones.</summary>
    private static List<string?> Zones(PoolState state)
    {
        List<string?> zones =
        [
            .. state.Supply.Zones.Where(static zone => zone is { Length: > 0 }).Distinct().Order(StringComparer.Ordinal),
        ];
        return zones.Count > 0 ? zones : [null];
    }

    private static List<(string? Zone, List<MachineSize> Sizes)> OfShapes(PoolState state, List<NodeSmithShape> shapes)
    {
        List<string?> zones =
        [
            .. Zones(state).Concat(shapes.Select(static shape => shape.Zone is { Length: > 0 } zone ? zone : null)).Distinct(),
        ];
        bool knowsZones = Zones(state) is not [null];
        List<(string? Zone, List<MachineSize> Sizes)> choices = [];
        foreach (string? zone in zones)
        {
            // A shape without a zone is offered in every zone of the provider, else without a zone.
            List<MachineSize> sizes =
            [
                .. shapes
                    .Where(shape =>
                        shape.Zone is { Length: > 0 } own ? own == zone
                        : knowsZones ? zone is not null
                        : zone is null
                    )
                    .Select(shape => Size(state, shape.Name, shape.CpuCores, shape.MemoryMiB, isComputed: false)),
            ];
            if (sizes.Count > 0)
                choices.Add((zone, sizes));
        }

        return choices;
    }

    /// <summary>The existing servers; null if the provider has none, or does not report their sizes.</summary>
    private static List<(string? Zone, List<MachineSize> Sizes)>? OfServers(PoolState state)
    {
        if (state.Supply.Servers is not { Count: > 0 } servers)
            return null;
        List<NodeSmithClaim> taken =
        [
            .. state.Members.Where(static member => member.Claim is not null).Select(static member => member.Claim!),
        ];
        List<(string? Zone, List<MachineSize> Sizes)> choices = [];
        foreach (var zone in servers.GroupBy(static server => server.Zone is { Length: > 0 } name ? name : null))
        {
            List<MachineSize> sizes = [];
            foreach (var size in zone.GroupBy(static server => (Cores: server.CpuCores, Memory: server.MemoryMiB)))
            {
                int used = taken.Count(claim => (claim.Status?.Zone ?? claim.Spec.Zone) == zone.Key && IsOf(claim, size.Key));
                sizes.Add(
                    Size(state, "", size.Key.Cores, size.Key.Memory, isComputed: false) with
                    {
                        Stock = new(Math.Max(0, size.Count() - used)),
                    }
                );
            }

            choices.Add((zone.Key, sizes));
        }

        return choices;
    }

    private static bool IsOf(NodeSmithClaim claim, (long Cores, long Memory) size) =>
        (claim.Status?.Capacity ?? claim.Spec.Requirements) is { } own && own.CpuCores == size.Cores && own.MemoryMiB == size.Memory;

    private static List<MachineSize> OfDemand(PoolState state, string? zone, IReadOnlyList<Pod> demand, IReadOnlyList<DaemonSet> daemonSets)
    {
        NodeSmithSize? minimum = state.Pool.Spec.MachineTemplate.Minimum;
        long leastCores = minimum?.CpuCores ?? DefaultCores,
            leastMemory = minimum?.MemoryMiB ?? DefaultMemory;
        long coreStep = Math.Max(1, leastCores * (Growth - 1) / Steps),
            memoryStep = Math.Max(MemoryStep, RoundUp(leastMemory * (Growth - 1) / Steps, MemoryStep));
        HashSet<(long Cores, long Memory)> sizes = [];
        for (long cores = leastCores; cores <= leastCores * Growth; cores += coreStep)
        for (long memory = leastMemory; memory <= leastMemory * Growth; memory += memoryStep)
            sizes.Add((cores, memory));

        // The requirement of one pod with all DaemonSets, if larger.
        Dictionary<string, decimal> overhead = DaemonSetOverhead.Of(Template(state, zone), daemonSets);
        NodeSmithSystemReserved? reserved = state.Pool.Spec.MachineTemplate.SystemReserved;
        decimal missingCpu = state.Evidence.MissingShare("cpu"),
            missingMemory = state.Evidence.MissingShare("memory");
        foreach (Pod pod in demand)
        {
            IReadOnlyDictionary<string, decimal> need = PodRequests.Of(pod.Spec);
            decimal cpu =
                ((need.GetValueOrDefault("cpu") + overhead.GetValueOrDefault("cpu")) / (1 - missingCpu))
                + ((reserved?.CpuMillicores ?? 100) / 1000m);
            decimal bytes =
                ((need.GetValueOrDefault("memory") + overhead.GetValueOrDefault("memory")) / (1 - missingMemory))
                + ((reserved?.MemoryMiB ?? 256) * 1048576m);
            if (cpu <= leastCores * Growth && bytes <= leastMemory * Growth * 1048576m || cpu > 1_000_000 || bytes > 1e15m)
                continue;
            sizes.Add(
                (
                    Math.Max(leastCores, (long)Math.Ceiling(cpu)),
                    Math.Max(leastMemory, RoundUp((long)Math.Ceiling(bytes / 1048576m), MemoryStep))
                )
            );
        }

        return [.. sizes.Select(size => Size(state, "", size.Cores, size.Memory, isComputed: true))];
    }

    private static long RoundUp(long amount, long step) => (amount + step - 1) / step * step;

    private static MachineSize Size(PoolState state, string name, long cores, long memory, bool isComputed) =>
        new(name, cores, memory, state.Evidence.Allocatable(new(name, cores, memory), isComputed));
}
