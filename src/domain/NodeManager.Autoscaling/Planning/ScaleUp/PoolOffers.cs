using NodeManager.Recommendations.Decisions;
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
    /// <param name="selected">The label keys that pods select nodes by: shapes that differ in others share an offer.</param>
    public static List<MachineOffer> Of(
        PoolState state,
        IReadOnlyList<Pod> demand,
        IReadOnlyList<DaemonSet> daemonSets,
        Lazy<HashSet<string>> selected
    )
    {
        NodeSmithMachineTemplate template = state.Pool.Spec.MachineTemplate;
        List<Choice> choices = template.Shapes is { Count: > 0 } shapes
            ? OfShapes(state, shapes, selected)
            : OfServers(state) ?? [.. Zones(state).Select(zone => new Choice(zone, null, OfDemand(state, zone, demand, daemonSets)))];
        return [.. choices.Select(choice => Offer(state, choice, daemonSets))];
    }

    private static MachineOffer Offer(PoolState state, Choice choice, IReadOnlyList<DaemonSet> daemonSets)
    {
        Node template = Template(state, choice.Shape, choice.Zone);
        List<Pod> residents = [.. DaemonSetOverhead.On(template, daemonSets)];
        return new()
        {
            Pool = state.Name,
            Zone = choice.Zone,
            Priority = state.Pool.Spec.Priority ?? 0,
            Nodes = state.NodesIn(choice.Zone),
            Template = template,
            Sizes =
            [
                .. choice
                    .Sizes.Select(size => Limit(state, choice.Zone, size))
                    .OrderBy(static size => size.HasDevices)
                    .ThenBy(static size => size.Price ?? decimal.MaxValue)
                    .ThenBy(static size => size.Cost)
                    .ThenBy(static size => size.CpuCores)
                    .ThenBy(static size => size.Name, StringComparer.Ordinal),
            ],
            Overhead = DaemonSetOverhead.Of(residents),
            Residents = residents,
            Allowance = state.Allowance,
        };
    }

    // A size that the provider could not create is out of stock for a while.
    private static MachineSize Limit(PoolState state, string? zone, MachineSize size) =>
        size.Stock is null && state.Backoffs.Find(state.Name, zone, size.Name.Length > 0 ? size.Name : null) is not null
            ? size with
            {
                Stock = new(0),
            }
            : size;

    private static Node Template(PoolState state, NodeSmithShape? shape, string? zone) =>
        ExpectedNodes.Template(state.Pool, shape, zone, Like(state, shape)?.Node);

    // Shapes with labels may differ in architecture: a node of another shape shows nothing about this one.
    private static PoolMember? Like(PoolState state, NodeSmithShape? shape) =>
        state.Members.FirstOrDefault(member => member.Node is not null && (shape is null || member.Claim?.Spec.Shape == shape.Name));

    /// <summary>The zones of the provider; one null without zones.</summary>
    private static List<string?> Zones(PoolState state)
    {
        List<string?> zones =
        [
            .. state.Supply.Zones.Where(static zone => zone is { Length: > 0 }).Distinct().Order(StringComparer.Ordinal),
        ];
        return zones.Count > 0 ? zones : [null];
    }

    private static List<Choice> OfShapes(PoolState state, List<NodeSmithShape> shapes, Lazy<HashSet<string>> selected)
    {
        List<string?> zones =
        [
            .. Zones(state).Concat(shapes.Select(static shape => shape.Zone is { Length: > 0 } zone ? zone : null)).Distinct(),
        ];
        bool knowsZones = Zones(state) is not [null];
        Dictionary<NodeSmithShape, MachineSize> sizes = shapes.ToDictionary(
            static shape => shape,
            shape => Size(state, shape.Name, shape.CpuCores, shape.MemoryMiB, isComputed: false)
        );
        List<Choice> choices = [];
        foreach (string? zone in zones)
        {
            // A shape without a zone is offered in every zone of the provider, else without a zone.
            IEnumerable<NodeSmithShape> offered = shapes.Where(shape =>
                shape.Zone is { Length: > 0 } own ? own == zone
                : knowsZones ? zone is not null
                : zone is null
            );
            // Those without such labels first: images for several architectures are the exception.
            foreach (
                IGrouping<string, NodeSmithShape> alike in offered
                    .GroupBy(shape => LabelsOf(shape, selected), StringComparer.Ordinal)
                    .OrderBy(static one => one.Key.Length > 0)
            )
                choices.Add(new(zone, alike.Key.Length > 0 ? alike.First() : null, [.. alike.Select(shape => sizes[shape])]));
        }

        return choices;
    }

    private static string LabelsOf(NodeSmithShape shape, Lazy<HashSet<string>> selected) =>
        shape.Labels is not { Count: > 0 } labels
            ? ""
            : string.Join(
                '\n',
                labels
                    .Where(label => selected.Value.Contains(label.Key))
                    .OrderBy(static label => label.Key, StringComparer.Ordinal)
                    .Select(static label => $"{label.Key}={label.Value}")
            );

    /// <summary>The existing servers; null if the provider has none, or does not report their sizes.</summary>
    private static List<Choice>? OfServers(PoolState state)
    {
        if (state.Supply.Servers is not { Count: > 0 } servers)
            return null;
        List<NodeSmithClaim> taken =
        [
            .. state.Members.Where(static member => member.Claim is not null).Select(static member => member.Claim!),
        ];
        List<Choice> choices = [];
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

            choices.Add(new(zone.Key, null, sizes));
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
        Dictionary<string, decimal> overhead = DaemonSetOverhead.Of(Template(state, null, zone), daemonSets);
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

    private static MachineSize Size(PoolState state, string name, long cores, long memory, bool isComputed)
    {
        Dictionary<string, decimal> allocatable = state.Evidence.Allocatable(new(name, cores, memory), isComputed);
        return new(name, cores, memory, allocatable)
        {
            Price = state.Pool.Spec.Price?.Of(name, cores, memory),
            HasDevices = allocatable.Any(static one => one.Value > 0 && ExpectedResources.IsDevice(one.Key)),
        };
    }

    /// <summary>The label keys that pods select nodes by, or that form topology domains.</summary>
    public static HashSet<string> SelectedLabels(IReadOnlyList<Pod> demand, IReadOnlyList<DaemonSet> daemonSets)
    {
        HashSet<string> keys = new(StringComparer.Ordinal) { ExpectedNodes.Architecture };
        foreach (PodSpec spec in demand.Select(static pod => pod.Spec).Concat(daemonSets.Select(static set => set.Spec.Template.Spec)))
        {
            keys.UnionWith(spec.NodeSelector?.Keys.AsEnumerable() ?? []);
            keys.UnionWith((spec.TopologySpreadConstraints ?? []).Select(static one => one.TopologyKey));
            if (spec.Affinity is not { } affinity)
                continue;
            keys.UnionWith(
                (affinity.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms ?? []).SelectMany(static term =>
                    (term.MatchExpressions ?? []).Select(static one => one.Key)
                )
            );
            keys.UnionWith(
                (affinity.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [])
                    .Concat(affinity.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [])
                    .Select(static term => term.TopologyKey)
            );
        }

        return keys;
    }

    /// <summary>Machines with the same selected labels in one zone.</summary>
    /// <param name="Shape">One of its shapes; null: the sizes are not shapes, or their labels do not matter.</param>
    private sealed record Choice(string? Zone, NodeSmithShape? Shape, List<MachineSize> Sizes);
}
