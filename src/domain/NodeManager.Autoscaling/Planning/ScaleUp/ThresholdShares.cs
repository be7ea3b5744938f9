using System.Globalization;
using NodeManager.Autoscaling.Planning.Demand;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Models;
using NodeManager.Recommendations.Decisions;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Packing;

namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>
/// The utilization of the nodes together, as in recommendations: Ready and schedulable ones, machines in progress, and those of the plan.
/// Changes while a plan adds machines and removes nodes.
/// </summary>
internal sealed class ThresholdShares
{
    // Metrics of a new node are late; until then its usage counts as zero.
    private static readonly TimeSpan UnmeasuredFor = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, Amounts> _amounts;
    private readonly HashSet<string> _counted;
    private readonly HashSet<string> _fresh;
    private readonly IReadOnlyDictionary<string, NodeUsage> _usage;

    /// <param name="input">With thresholds.</param>
    /// <param name="snapshot">The cluster with nodes in progress, without the placed pods.</param>
    /// <param name="inFlight">Names of nodes in progress.</param>
    /// <param name="leaving">Names of nodes that are being removed.</param>
    public ThresholdShares(
        ScaleInput input,
        ClusterSnapshot snapshot,
        IReadOnlyCollection<string> inFlight,
        IReadOnlyCollection<string> leaving
    )
    {
        _usage = input.Thresholds!.Usage;
        Thresholds = new(input.Thresholds.Configuration, input.Memory.ByThreshold);
        List<NodeState> covered = [.. snapshot.Nodes.Where(static node => ScaleThresholds.Covers(node.Node))];
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
                    && (inFlight.Contains(node.Name) || node.Node.Metadata.CreationTimestamp + UnmeasuredFor > input.Now)
                )
                .Select(static node => node.Name),
        ];
        _amounts = UtilizationRules.Resources.ToDictionary(static name => name, name => Sum(active, name), StringComparer.Ordinal);
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
            if (FreeRoom.IsFreeRoom(one.Pod) || (one.Machine is null && (one.Node is null || !_counted.Contains(one.Node))))
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

    /// <summary>The largest share above a limit, as text; null: none is above it.</summary>
    public string? Above(decimal limit)
    {
        (string Resource, string What, decimal Percent)? worst = null;
        foreach ((string name, Amounts amounts) in _amounts)
        {
            foreach ((decimal? share, string what) in new[] { (amounts.RequestedPercent, "requested"), (amounts.UsedPercent, "used") })
                if (share is { } percent && percent > limit && !(worst?.Percent >= percent))
                    worst = (name, what, percent);
        }

        return worst is var (resource, how, most)
            ? string.Create(CultureInfo.InvariantCulture, $"{most:0.#}% of {resource} is {how}")
            : null;
    }

    /// <summary>The sum of the shares above a limit: if a machine does not reduce it, more do not help.</summary>
    public decimal Excess(decimal limit) =>
        _amounts.Values.Sum(amounts =>
            Math.Max(0, (amounts.RequestedPercent ?? 0) - limit) + Math.Max(0, (amounts.UsedPercent ?? 0) - limit)
        );

    /// <summary>Why the node is not below the threshold; null: it is, or is not known.</summary>
    /// <param name="node">In the plan.</param>
    /// <param name="moving">Its pods that would move.</param>
    /// <param name="isUnneeded">True if it was below the threshold before: the margin applies.</param>
    public string? NotBelow(NodeState node, IReadOnlyList<Pod> moving, bool isUnneeded)
    {
        decimal limit = Thresholds.Configuration.ScaleDownThreshold + (isUnneeded ? RecommendationHistory.Margin : 0);
        NodeUsage? usage = _usage.GetValueOrDefault(node.Name);
        if (_usage.Count > 0 && usage is null or { IsStale: true })
            return "Its usage is unknown.";
        List<IReadOnlyDictionary<string, decimal>> requests = [.. moving.Select(static pod => PodRequests.Of(pod))];
        foreach (string name in _amounts.Keys)
        {
            decimal? requested = ResourceAmounts.Percent(requests.Sum(one => one.GetValueOrDefault(name)), node.Allocatable(name));
            decimal? used = usage is null ? null : ResourceAmounts.Percent(UsedOf(usage, name), node.Allocatable(name));
            foreach ((decimal? share, string what) in new[] { (requested, "requested"), (used, "used") })
                if (share >= limit)
                    return string.Create(
                        CultureInfo.InvariantCulture,
                        $"{share:0.#}% of its {name} is {what}; scaleDownThreshold is {limit:0.#}%{(isUnneeded ? " for a node that was below it" : "")}."
                    );
        }

        return null;
    }

    /// <summary>Why the others would be too full without the node; null: they would not be.</summary>
    /// <param name="node">In the plan.</param>
    /// <param name="ending">Its pods that end with it.</param>
    public string? Overfull(NodeState node, IReadOnlyList<PodState> ending)
    {
        if (!_counted.Contains(node.Name))
            return null;
        Change(node, ending, -1);
        string? full = Above(Thresholds.Comfortable);
        Change(node, ending, 1);
        return full is null
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"Without it, {full} on the other nodes; a removal may lead to {Thresholds.Comfortable:0.#}% at most."
            );
    }

    public void Remove(NodeState node, IReadOnlyList<PodState> ending)
    {
        if (_counted.Remove(node.Name))
            Change(node, ending, -1);
        Nodes--;
        Staying--;
    }

    private void Change(NodeState node, IReadOnlyList<PodState> ending, int sign)
    {
        foreach ((string name, Amounts amounts) in _amounts)
        {
            amounts.Allocatable += sign * node.Allocatable(name);
            amounts.Requested += sign * ending.Sum(pod => pod.Requests.GetValueOrDefault(name));
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
