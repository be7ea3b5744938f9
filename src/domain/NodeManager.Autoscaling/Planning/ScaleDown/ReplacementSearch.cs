using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Planning.ScaleUp;
using NodeManager.Recommendations.Decisions;
using NodeManager.Scheduling.Decisions;
using NodeManager.Scheduling.Packing;

namespace NodeManager.Autoscaling.Planning.ScaleDown;

/// <summary>Finds the machines of a pool that hold the pods of nodes, as far as these do not fit on other nodes.</summary>
/// <param name="simulator">The cluster after the decided removals; unchanged by a search.</param>
/// <param name="targets">The names of the nodes that may take pods.</param>
/// <param name="demand">All pods of the nodes that may be replaced.</param>
internal sealed class ReplacementSearch(
    ScaleInput input,
    PlacementSimulator simulator,
    IReadOnlySet<string> targets,
    IReadOnlyList<Pod> demand
)
{
    private readonly Dictionary<string, List<MachineOffer>> _offers = new(StringComparer.Ordinal);

    /// <summary>The lowest price of a machine of the pool; null: no machine has one.</summary>
    public decimal? LowestPrice(PoolState pool) =>
        OffersOf(pool)
            .SelectMany(static offer => offer.Sizes)
            .Where(static size => size.Stock is not { Remaining: <= 0 })
            .Min(static size => size.Price);

    /// <summary>The machines to create; empty: the other nodes suffice. Null: there are none within the limits.</summary>
    /// <param name="below">The price that each must be under; null: any.</param>
    /// <param name="isRequired">True for at least one machine.</param>
    public IReadOnlyList<PackedMachine>? Find(
        PoolState pool,
        IReadOnlyList<RemovalCandidate> leaving,
        decimal? below,
        bool isRequired,
        CancellationToken cancellationToken
    )
    {
        List<MachineOffer> offers = [.. OffersOf(pool).Select(offer => Copy(offer, pool.Allowance, below)).OfType<MachineOffer>()];
        if (offers.Count == 0)
            return null;
        HashSet<string> names = new(leaving.Select(static one => one.Node.Name), StringComparer.Ordinal);
        List<(Pod Pod, string Node)> pods = [.. leaving.SelectMany(static one => one.Moving.Select(pod => (pod, one.Node.Name)))];
        foreach ((Pod pod, _) in pods)
            simulator.Remove(pod);
        try
        {
            PodPacker packer = new(simulator.Snapshot, offers, node => targets.Contains(node.Name) && !names.Contains(node.Name));
            if (
                packer
                    .Pack(pods.ConvertAll(static one => one.Pod), cancellationToken)
                    .Any(static one => one is { Node: null, Machine: null })
            )
                return null;
            return isRequired && packer.Machines.Count == 0 && packer.OpenEmpty(pool.Name) is null ? null : packer.Machines;
        }
        finally
        {
            foreach ((Pod pod, string node) in pods)
                simulator.Assume(pod, node);
        }
    }

    private List<MachineOffer> OffersOf(PoolState pool)
    {
        if (_offers.TryGetValue(pool.Name, out List<MachineOffer>? offers))
            return offers;
        Lazy<HashSet<string>> selected = new(() => PoolOffers.SelectedLabels(demand, input.DaemonSets));
        _offers.Add(pool.Name, offers = PoolOffers.Of(pool, demand, input.DaemonSets, selected));
        return offers;
    }

    // A packing takes from limits and stocks, and most searches end without a machine.
    private static MachineOffer? Copy(MachineOffer offer, PoolAllowance allowance, decimal? below)
    {
        List<MachineSize> sizes =
        [
            .. offer
                .Sizes.Where(size => below is null || size.Price < below)
                .Select(static size => size.Stock is { } stock ? size with { Stock = new(stock.Remaining) } : size),
        ];
        return sizes.Count == 0
            ? null
            : new()
            {
                Pool = offer.Pool,
                Zone = offer.Zone,
                Priority = offer.Priority,
                Nodes = offer.Nodes,
                Template = offer.Template,
                Sizes = sizes,
                Overhead = offer.Overhead,
                Residents = offer.Residents,
                Allowance = new()
                {
                    Nodes = allowance.Nodes,
                    CpuCores = allowance.CpuCores,
                    MemoryMiB = allowance.MemoryMiB,
                    OverheadMiB = allowance.OverheadMiB,
                },
            };
    }
}
