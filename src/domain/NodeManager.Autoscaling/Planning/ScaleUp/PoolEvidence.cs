using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>
/// What is known of a pool's machines beyond its specification: what the nodes that exist report, and what was observed of former ones. A plan uses it
/// in place of what it would assume.
/// </summary>
internal sealed class PoolEvidence
{
    /// <summary>A claim in which it is seen this long after its node can take pods: taints of its setup are gone then, and kubelets report what they have.</summary>
    public static readonly TimeSpan SettlingTime = TimeSpan.FromMinutes(1);

    private static readonly string[] Sized = ["cpu", "memory"];

    private readonly NodeSmithPool _pool;
    private readonly Dictionary<SizeKey, ObservedSize> _sizes = [];

    private PoolEvidence(NodeSmithPool pool, PoolObservations observations)
    {
        _pool = pool;
        Observations = observations;
        foreach (ObservedSize size in observations.Sizes)
            _sizes[size.Size] = size;
    }

    /// <summary>What was observed before, of the pool's present template.</summary>
    public PoolObservations Observations { get; }

    /// <param name="pool">The pool.</param>
    /// <param name="provider">Its provider; null: none is known.</param>
    /// <param name="members">Its nodes and claims.</param>
    /// <param name="podsOn">By node name.</param>
    /// <param name="daemonSets">What is planned to run on every node anyway.</param>
    /// <param name="now">The time.</param>
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

    /// <summary>True where what the node of the claim is now will last.</summary>
    public static bool IsSettled(PoolMember member, DateTimeOffset now) =>
        !member.IsInFlight && SettlesAt(member) is var at && (at is null || at <= now);

    /// <summary>When that is; null: the claim does not say since when its node can take pods.</summary>
    public static DateTimeOffset? SettlesAt(PoolMember member) =>
        member
            .Claim?.Status?.Conditions?.Find(static one => one is { Type: NodeSmithConditions.Initialized, Status: "True" })
            ?.LastTransitionTime
            is { Ticks: > 0 } since
            ? since + SettlingTime
            : null;

    /// <summary>What pods may reserve on a machine of the size: what a real one of the pool offers, else what is planned.</summary>
    public Dictionary<string, decimal> Allocatable(SizeKey size, bool isComputed)
    {
        Dictionary<string, decimal> planned = ExpectedNodes.Allocatable(_pool, size.CpuCores, size.MemoryMiB);
        if (Find(size) is { } real)
        {
            foreach (string name in planned.Keys.ToList())
                planned[name] = real.Allocatable.GetValueOrDefault(name);
            return planned;
        }

        foreach (ObservedSize other in _sizes.Values)
        {
            Dictionary<string, decimal> plannedOther = ExpectedNodes.Allocatable(_pool, other.Size.CpuCores, other.Size.MemoryMiB);
            foreach (string name in Sized)
            {
                decimal missing = plannedOther[name] - other.Allocatable.GetValueOrDefault(name);
                if (missing <= 0 || plannedOther[name] <= 0)
                    continue;
                decimal full = ExpectedNodes.Allocatable(_pool, size.CpuCores, size.MemoryMiB)[name],
                    share = missing / plannedOther[name] * full;
                // A larger machine costs little where sizes are free; a fixed shape must not be excluded by what another one lacks.
                planned[name] = Math.Min(planned[name], Math.Max(0, full - (isComputed ? share : Math.Min(share, missing))));
            }
        }

        // The disk does not depend on cores and memory.
        if (isComputed && _sizes.Count > 0)
            foreach (string name in planned.Keys.Except(Sized).ToList())
                planned[name] = Math.Min(planned[name], _sizes.Values.Max(one => one.Allocatable.GetValueOrDefault(name)));
        return planned;
    }

    /// <summary>The share of an amount that real machines of the pool keep from pods beyond the plan, for sizes that are computed: 0 to 0.9.</summary>
    public decimal MissingShare(string name)
    {
        decimal most = 0;
        foreach (ObservedSize size in _sizes.Values)
        {
            decimal planned = ExpectedNodes.Allocatable(_pool, size.Size.CpuCores, size.Size.MemoryMiB)[name];
            if (planned > 0)
                most = Math.Max(most, (planned - size.Allocatable.GetValueOrDefault(name)) / planned);
        }

        return Math.Min(most, 0.9m);
    }

    /// <summary>The real node that the allocatable of a size is taken from; null: none is known.</summary>
    public ObservedSize? Find(SizeKey size) => _sizes.GetValueOrDefault(size);

    /// <summary>The sizes that are known.</summary>
    public IEnumerable<ObservedSize> Sizes => _sizes.Values;

    /// <summary>What a settled node offers.</summary>
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
