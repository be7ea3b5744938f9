using NodeManager.Recommendations.Decisions;
using NodeManager.Scheduling;

namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>
/// Observations of a pool's machines: the reports of existing nodes, and earlier observations. A plan uses them instead of its assumptions.
/// </summary>
internal sealed class PoolEvidence
{
    /// <summary>
    /// A node counts as evidence this long after its initialization: setup taints are gone then, and kubelets report their resources.
    /// </summary>
    public static readonly TimeSpan SettlingTime = TimeSpan.FromMinutes(1);

    private readonly NodeSmithPool _pool;
    private readonly Dictionary<SizeKey, ObservedSize> _sizes = [];

    private PoolEvidence(NodeSmithPool pool, PoolObservations observations)
    {
        _pool = pool;
        Observations = observations;
        foreach (ObservedSize size in observations.Sizes)
            _sizes[size.Size] = size;
    }

    /// <summary>Earlier observations of the pool's current template.</summary>
    public PoolObservations Observations { get; }

    /// <param name="provider">Null: unknown.</param>
    /// <param name="members">Its nodes and claims.</param>
    /// <param name="podsOn">By node name.</param>
    /// <param name="daemonSets">The DaemonSets of every node.</param>
    public static PoolEvidence Of(
        NodeSmithPool pool,
        NodeSmithProvider? provider,
        IEnumerable<PoolMember> members,
        Func<string, IEnumerable<Pod>> podsOn,
        IReadOnlyList<DaemonSet> daemonSets,
        DateTimeOffset now
    )
    {
        PoolEvidence evidence = new(pool, PoolObservations.Of(pool, provider));
        string template = ClaimTemplate.Of(pool).ToJson();
        foreach (
            PoolMember member in members
                .Where(static one => one is { Claim: not null, Node: not null })
                .OrderBy(static one => one.Node!.Metadata.CreationTimestamp)
        )
        {
            if (
                !IsSettled(member, now)
                || member.Claim!.Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.TemplateAnnotation) is { } own && own != template
            )
                continue;
            if (member.Node!.Status.Allocatable is not { Count: > 0 })
                continue;
            ObservedSize seen = Observe(member, podsOn(member.Node.Metadata.Name), daemonSets);
            evidence._sizes[seen.Size] = seen;
        }

        return evidence;
    }

    /// <summary>True if the current state of the claim's node is stable.</summary>
    public static bool IsSettled(PoolMember member, DateTimeOffset now) =>
        !member.IsInFlight && SettlesAt(member) is var at && (at is null || at <= now);

    /// <summary>The start of that state; null: unknown.</summary>
    public static DateTimeOffset? SettlesAt(PoolMember member) =>
        member
            .Claim?.Status?.Conditions?.Find(static one => one is { Type: NodeSmithConditions.Initialized, Status: "True" })
            ?.LastTransitionTime
            is { Ticks: > 0 } since
            ? since + SettlingTime
            : null;

    /// <summary>The allocatable of a machine of the size: observed if possible, else planned.</summary>
    public Dictionary<string, decimal> Allocatable(SizeKey size, bool isComputed)
    {
        if (Find(size) is { } real)
            return new(real.Allocatable, StringComparer.Ordinal);
        Dictionary<string, decimal> planned = ExpectedResources.Allocatable(_pool, size);

        foreach (ObservedSize other in _sizes.Values)
        {
            Dictionary<string, decimal> plannedOther = ExpectedResources.Allocatable(_pool, other.Size);
            foreach (string name in plannedOther.Keys.Where(one => IsSized(one, plannedOther) && IsSized(one, planned)))
            {
                decimal missing = plannedOther[name] - other.Allocatable.GetValueOrDefault(name);
                if (missing <= 0)
                    continue;
                decimal full = ExpectedResources.Allocatable(_pool, size)[name],
                    share = missing / plannedOther[name] * full;
                // For computed sizes a larger machine is cheap; a fixed shape must not be excluded by the deficit of another one.
                planned[name] = Math.Min(planned[name], Math.Max(0, full - (isComputed ? share : Math.Min(share, missing))));
            }
        }

        // The disk and devices do not depend on cores and memory.
        if (isComputed && _sizes.Count > 0)
            foreach (string name in planned.Keys.Where(static one => one is not ("cpu" or "memory")).ToList())
                planned[name] = Math.Min(planned[name], _sizes.Values.Max(one => one.Allocatable.GetValueOrDefault(name)));
        return planned;
    }

    /// <summary>The share of an amount that observed machines lack, for computed sizes: 0 to 0.9.</summary>
    public decimal MissingShare(string name)
    {
        decimal largest = 0;
        foreach (ObservedSize size in _sizes.Values)
        {
            decimal planned = ExpectedResources.Allocatable(_pool, size.Size)[name];
            if (planned > 0)
                largest = Math.Max(largest, (planned - size.Allocatable.GetValueOrDefault(name)) / planned);
        }

        return Math.Min(largest, 0.9m);
    }

    // Amounts that a system may reduce by its share; devices and numbers of pods are exact.
    private static bool IsSized(string name, Dictionary<string, decimal> planned) =>
        name != "pods"
        && !ExpectedResources.IsDevice(name)
        && planned.GetValueOrDefault(name) is > 0 and var amount
        && !ExpectedResources.IsUnknown(name, amount);

    /// <summary>The observed node of a size; null: none.</summary>
    public ObservedSize? Find(SizeKey size) => _sizes.GetValueOrDefault(size);

    /// <summary>The observed sizes.</summary>
    public IEnumerable<ObservedSize> Sizes => _sizes.Values;

    /// <summary>The observation of an initialized node.</summary>
    public static ObservedSize Observe(PoolMember member, IEnumerable<Pod> pods, IReadOnlyList<DaemonSet> daemonSets)
    {
        Node node = member.Node!;
        Dictionary<string, decimal> overhead = DaemonSetOverhead.Of(node, daemonSets);
        Dictionary<string, decimal> residents = DaemonSetOverhead.Of(
            pods.Where(static pod => !pod.IsFinished() && (pod.IsMirror() || pod.Controller() is { Kind: "DaemonSet" }))
        );
        Dictionary<string, decimal> allocatable = new(StringComparer.Ordinal);
        foreach ((string name, var amount) in node.Status.Allocatable!)
            allocatable[name] = Math.Max(
                0,
                amount.Value - Math.Max(0, residents.GetValueOrDefault(name) - overhead.GetValueOrDefault(name))
            );
        return new(SizeOf(member), node.Metadata.Name, allocatable, node.Metadata.CreationTimestamp ?? default);
    }

    public static SizeKey SizeOf(PoolMember member)
    {
        (long cores, long memory) = member.Size;
        // Claims of other programs have the size of a shape and not its name.
        string shape =
            member.Claim?.Spec.Shape
            ?? member.Pool.Spec.MachineTemplate.Shapes?.Find(one => one.CpuCores == cores && one.MemoryMiB == memory)?.Name
            ?? "";
        return new(shape, cores, memory);
    }
}
