using System.Globalization;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Scheduling.Packing;

namespace NodeManager.Recommendations.Decisions;

/// <summary>
/// The utilization of the nodes together: Ready and schedulable ones, machines in progress, and those of the plan. Changes while a plan or
/// a recommendation adds machines and removes nodes.
/// </summary>
public sealed class ThresholdShares
{
    public static IReadOnlyList<string> Resources { get; } = [ResourceAmounts.Cpu, ResourceAmounts.Memory];

    // Metrics of a new node are late; until then its usage counts as zero.
    private static readonly TimeSpan UnmeasuredFor = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, Amounts> _amounts;
    private readonly HashSet<string> _counted;
    private readonly HashSet<string> _fresh;
    private readonly IReadOnlyDictionary<string, NodeUsage> _usage;

    /// <param name="usage">By node name; empty: unknown, so that only requests count.</param>
    /// <param name="covered">The evaluated nodes, including those in progress, without the placed pods.</param>
    /// <param name="inFlight">Names of nodes in progress.</param>
    /// <param name="leaving">Names of nodes that are being removed.</param>
    public ThresholdShares(
        ScaleThresholds thresholds,
        IReadOnlyDictionary<string, NodeUsage> usage,
        DateTimeOffset now,
        IReadOnlyCollection<NodeState> covered,
        IReadOnlyCollection<string> inFlight,
        IReadOnlyCollection<string> leaving
    )
    {
        _usage = usage;
        Thresholds = thresholds;
        Nodes = covered.Count;
        Staying = covered.Count(node => !inFlight.Contains(node.Name) && !leaving.Contains(node.Name));
        List<NodeState> active =
        [
            .. covered.Where(node =>
                !leaving.Contains(node.Name)
                && (inFlight.Contains(node.Name) || (node.Node.Is(NodeStatus.Ready) && !node.Node.Is(NodeStatus.Cordoned)))
            ),
        ];
        _counted = [.. active.Select(static node => node.Name)];
        _fresh =
        [
            .. active
                .Where(node =>
                    !_usage.ContainsKey(node.Name)
                    && (inFlight.Contains(node.Name) || node.Node.Metadata.CreationTimestamp + UnmeasuredFor > now)
                )
                .Select(static node => node.Name),
        ];
        _amounts = Resources.ToDictionary(static name => name, name => Sum(active, name), StringComparer.Ordinal);
    }

    public ScaleThresholds Thresholds { get; }

    /// <summary>The nodes and claims in progress that count towards <c>maxNodes</c>.</summary>
    public int Nodes { get; private set; }

    /// <summary>The nodes that count towards <c>minNodes</c>: neither in progress nor leaving.</summary>
    public int Staying { get; private set; }

    /// <summary>Adds pods that a plan places on the nodes.</summary>
    public void Place(IEnumerable<PackedPod> packed)
    {
        foreach (PackedPod one in packed)
        {
            if (one.Machine is null && (one.Node is null || !_counted.Contains(one.Node)))
                continue;
            IReadOnlyDictionary<string, decimal> requests = PodRequests.Of(one.Pod);
            foreach ((string name, Amounts amounts) in _amounts)
                amounts.Requested += requests.GetValueOrDefault(name);
        }
    }

    /// <summary>Adds a machine of the plan, with its DaemonSet pods.</summary>
    public void Add(PackedMachine machine)
    {
        Nodes++;
        foreach ((string name, Amounts amounts) in _amounts)
        {
            amounts.Requested += machine.Offer.Overhead.GetValueOrDefault(name);
            amounts.Allocatable += machine.Size.Allocatable.GetValueOrDefault(name);
            amounts.Added += machine.Size.Allocatable.GetValueOrDefault(name);
        }
    }

    /// <summary>The shares above a limit.</summary>
    public IEnumerable<ThresholdShare> Above(decimal limit) =>
        Resources
            .SelectMany(name => Known(name, _amounts[name].RequestedPercent, _amounts[name].UsedPercent))
            .Where(share => share.Percent > limit);

    /// <summary>The percentage that is requested, and the one that is used; null: unknown.</summary>
    public (decimal? Requested, decimal? Used) Percent(string resource) =>
        (_amounts[resource].RequestedPercent, _amounts[resource].UsedPercent);

    /// <summary>Adds machines until the shares are clear of the threshold.</summary>
    /// <param name="tryAdd">Adds one to the shares; false: none can be added.</param>
    /// <returns>False if the last machine did not help: DaemonSets alone fill it.</returns>
    public bool Relieve(Func<bool> tryAdd)
    {
        decimal before = Excess(Thresholds.Comfortable);
        while (before > 0 && tryAdd())
        {
            decimal after = Excess(Thresholds.Comfortable);
            if (after >= before)
                return false;
            before = after;
        }

        return true;
    }

    // The sum of the shares above a limit: if a machine does not reduce it, more do not help.
    private decimal Excess(decimal limit) =>
        _amounts.Values.Sum(amounts =>
            Math.Max(0, (amounts.RequestedPercent ?? 0) - limit) + Math.Max(0, (amounts.UsedPercent ?? 0) - limit)
        );

    /// <summary>The shares of one node.</summary>
    public IEnumerable<ThresholdShare> Of(RemovalCandidate candidate)
    {
        NodeState node = candidate.Node;
        NodeUsage? usage = _usage.GetValueOrDefault(node.Name);
        List<IReadOnlyDictionary<string, decimal>> requests = [.. candidate.Moving.Select(static pod => PodRequests.Of(pod))];
        return Resources.SelectMany(name =>
            Known(
                name,
                ResourceAmounts.Percent(requests.Sum(one => one.GetValueOrDefault(name)), node.Allocatable(name)),
                usage is null ? null : ResourceAmounts.Percent(UsedOf(usage, name), node.Allocatable(name))
            )
        );
    }

    /// <summary>True if other nodes have metrics, and the node has no current ones.</summary>
    public bool IsUnmeasured(string node) => _usage.Count > 0 && _usage.GetValueOrDefault(node) is null or { IsStale: true };

    /// <summary>The share of the node that is not below the threshold; null: all are.</summary>
    /// <param name="wasBelow">True if it was below the threshold before: the margin applies.</param>
    public ThresholdShare? NotBelow(RemovalCandidate candidate, bool wasBelow) =>
        Of(candidate).FirstOrDefault(share => share.Percent >= Thresholds.RemovalBelow(wasBelow));

    /// <summary>The share of the other nodes that would be too large without the node; null: none would be.</summary>
    public ThresholdShare? Overfull(RemovalCandidate candidate)
    {
        if (!_counted.Contains(candidate.Node.Name))
            return null;
        Change(candidate, -1);
        ThresholdShare? full = Above(Thresholds.Comfortable).MaxBy(static share => share.Percent);
        Change(candidate, 1);
        return full;
    }

    /// <summary>The message for <see cref="Overfull"/>.</summary>
    public string OverfullText(ThresholdShare full) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Without it, {full} on the other nodes; a removal may lead to {Thresholds.Comfortable:0.#}% at most."
        );

    public void Remove(RemovalCandidate candidate)
    {
        if (_counted.Remove(candidate.Node.Name))
            Change(candidate, -1);
        Nodes--;
        Staying--;
    }

    private void Change(RemovalCandidate candidate, int sign)
    {
        NodeState node = candidate.Node;
        foreach ((string name, Amounts amounts) in _amounts)
        {
            amounts.Allocatable += sign * node.Allocatable(name);
            amounts.Requested += sign * candidate.Ending.Sum(pod => pod.Requests.GetValueOrDefault(name));
            // Its load moves to the others.
            if (_usage.ContainsKey(node.Name))
                amounts.Measured += sign * node.Allocatable(name);
            if (_fresh.Contains(node.Name))
                amounts.Added += sign * node.Allocatable(name);
        }
    }

    private Amounts Sum(List<NodeState> active, string name)
    {
        List<NodeState> known = [.. active.Where(node => _usage.ContainsKey(node.Name))];
        return new()
        {
            Requested = active.Sum(node => node.Requested(name)),
            Allocatable = active.Sum(node => node.Allocatable(name)),
            Used = known.Sum(node => UsedOf(_usage[node.Name], name)),
            Measured = known.Sum(node => node.Allocatable(name)),
            Added = active.Where(node => _fresh.Contains(node.Name)).Sum(node => node.Allocatable(name)),
        };
    }

    private static IEnumerable<ThresholdShare> Known(string resource, decimal? requested, decimal? used)
    {
        if (requested is { } byRequests)
            yield return new(resource, ThresholdShare.Requested, byRequests);
        if (used is { } byUsage)
            yield return new(resource, ThresholdShare.Used, byUsage);
    }

    private static decimal UsedOf(NodeUsage usage, string name) => name == ResourceAmounts.Cpu ? usage.Cpu : usage.Memory;

    private sealed class Amounts
    {
        public decimal Requested { get; set; }

        public decimal Allocatable { get; set; }

        public decimal Used { get; set; }

        /// <summary>The allocatable of nodes with metrics.</summary>
        public decimal Measured { get; set; }

        /// <summary>The allocatable of nodes without usage yet, including those of the plan.</summary>
        public decimal Added { get; set; }

        public decimal? RequestedPercent => ResourceAmounts.Percent(Requested, Allocatable);

        public decimal? UsedPercent => Measured > 0 ? ResourceAmounts.Percent(Used, Measured + Added) : null;
    }
}

/// <summary>A share of the allocatable resources.</summary>
/// <param name="Resource"><c>cpu</c> or <c>memory</c>.</param>
/// <param name="Kind"><see cref="Requested"/> or <see cref="Used"/>.</param>
public sealed record ThresholdShare(string Resource, string Kind, decimal Percent)
{
    public const string Requested = "requested";
    public const string Used = "used";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Percent:0.#}% of {Resource} is {Kind}");
}
