using NodeManager.Scheduling;
using NodeManager.Scheduling.Packing;

namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>Explains why a pod gets no machine: the offer that came closest gives the reason, and every pool a sentence.</summary>
internal static class RefusalText
{
    public static (string Reason, string Message) Of(PackedPod packed, IReadOnlyList<PoolState> pools, MachineContradictions contradictions)
    {
        string[] invalid =
        [
            .. pools.Where(static pool => !pool.IsDeleted && pool.Problem is not null).Select(static pool => pool.ProblemText),
        ];
        if (packed.Refusals.Count == 0)
        {
            return invalid.Length > 0
                ? (AutoscalerReason.PoolInvalid, string.Join(' ', invalid))
                : (AutoscalerReason.NoPool, pools.Count == 0 ? "No NodeSmithControlPlane names a pool." : "Every pool is being deleted.");
        }

        if (MissingResource(packed, pools) is { } missing)
            return (AutoscalerReason.MissingResource, string.Join(' ', invalid.Prepend(missing)));
        List<string> sentences = [];
        PackingRefusal closest = PackingRefusal.Taint;
        foreach (var pool in packed.Refusals.GroupBy(static one => one.Offer.Pool, StringComparer.Ordinal))
        {
            // Zones of a pool may differ; the closest one represents the pool.
            (MachineOffer offer, PackingRefusal why) = pool.MaxBy(static one => one.Why);
            if (why > closest)
                closest = why;
            sentences.Add(
                $"Pool '{pool.Key}': {(why == PackingRefusal.Caller ? contradictions.Refusal(packed.Pod, pool.Key) : TextOf(packed.Pod, offer, why, pools.First(one => one.Name == pool.Key)))}."
            );
        }

        // The deficits of its earlier machines explain more than the sizes of the others.
        if (closest is PackingRefusal.TooLarge && contradictions.Attempts(packed.Pod) is { } attempts)
            return (AutoscalerReason.NotAsPlanned, string.Join(' ', sentences.Concat(invalid).Append($"{attempts}.")));
        return (Code(closest, packed.Pod), string.Join(' ', sentences.Concat(invalid)));
    }

    // No taint or label matters for a resource that no machine has.
    private static string? MissingResource(PackedPod packed, IReadOnlyList<PoolState> pools)
    {
        foreach ((string name, decimal amount) in PodRequests.Of(packed.Pod.Spec).OrderBy(static one => one.Key, StringComparer.Ordinal))
        {
            if (
                amount <= 0
                || name is "cpu" or "memory"
                || packed.Refusals.Any(one => one.Offer.Sizes.Any(size => size.Allocatable.GetValueOrDefault(name) > 0))
            )
                continue;
            // Planned, but not reported by the nodes: the pool's own sentence has both amounts.
            if (!pools.Any(pool => ExpectedResources.Names(pool.Pool).Contains(name)))
                return $"No shape of any pool has {name}; the pod requests {Amount(name, amount)}.";
        }

        return null;
    }

    private static string Code(PackingRefusal why, Pod pod) =>
        why switch
        {
            PackingRefusal.Taint => AutoscalerReason.Taint,
            PackingRefusal.NodeAffinity => AsksForZone(pod) ? AutoscalerReason.Zone : AutoscalerReason.NodeAffinity,
            PackingRefusal.Volume => AutoscalerReason.Zone,
            PackingRefusal.TooLarge or PackingRefusal.HostPort => AutoscalerReason.TooLarge,
            PackingRefusal.PodAffinity => AutoscalerReason.PodAffinity,
            PackingRefusal.TopologySpread => AutoscalerReason.TopologySpread,
            PackingRefusal.ProviderStock => AutoscalerReason.ProviderCapacity,
            PackingRefusal.NodeLimit => AutoscalerReason.NodeLimit,
            PackingRefusal.CpuLimit => AutoscalerReason.CpuLimit,
            PackingRefusal.Caller => AutoscalerReason.NotAsPlanned,
            _ => AutoscalerReason.MemoryLimit,
        };

    private static string TextOf(Pod pod, MachineOffer offer, PackingRefusal why, PoolState pool)
    {
        var limits = pool.Pool.Spec.Limits;
        return why switch
        {
            PackingRefusal.Taint => $"the taint {TaintText(pod.FirstUntolerated(offer.Template))} is not tolerated",
            PackingRefusal.NodeAffinity when AsksForZone(pod) => "its provider cannot create machines in the zone that the pod requires",
            PackingRefusal.NodeAffinity => "its nodes do not match the pod's node selector or node affinity",
            PackingRefusal.Volume => "its provider cannot create machines in the zone of the pod's volumes",
            PackingRefusal.TooLarge => TooLarge(pod, offer, pool),
            PackingRefusal.HostPort => "a host port of the pod is in use",
            PackingRefusal.PodAffinity => "the pod's affinity to other pods, or theirs, cannot be met on a new machine",
            PackingRefusal.TopologySpread => "a topology spread constraint cannot be met on a new machine",
            PackingRefusal.ProviderStock =>
                $"provider '{pool.Pool.Spec.ProviderRef}' has no such machine left{(pool.Backoffs.TextOf(pool.Name) is { } backoff ? " " + backoff : "")}",
            PackingRefusal.NodeLimit => $"it may have at most {limits.MaxNodes} nodes (limits.maxNodes)",
            PackingRefusal.CpuLimit => $"another machine would exceed {limits.CpuCores} cores (limits.cpuCores)",
            _ => $"another machine would exceed {limits.MemoryMiB} MiB (limits.memoryMiB)",
        };
    }

    private static string TooLarge(Pod pod, MachineOffer offer, PoolState pool)
    {
        foreach ((string name, decimal amount) in PodRequests.Of(pod.Spec).OrderBy(static one => one.Key, StringComparer.Ordinal))
        {
            decimal greatest = offer.Sizes.Count == 0 ? 0 : offer.Sizes.Max(size => size.Allocatable.GetValueOrDefault(name));
            decimal room = greatest - offer.Overhead.GetValueOrDefault(name);
            if (amount <= room)
                continue;
            if (greatest == 0 && !ExpectedResources.Names(pool.Pool).Contains(name))
                return $"its machines do not have {name}";
            return $"its largest machine leaves {Amount(name, room)} of {name}, the pod requests {Amount(name, amount)}{Observed(name, greatest, offer, pool)}";
        }

        return "no single machine has enough of all that the pod requests";
    }

    /// <summary>For an observed amount: the node, and the planned amount.</summary>
    private static string Observed(string name, decimal greatest, MachineOffer offer, PoolState pool)
    {
        MachineSize largest = offer.Sizes.First(size => size.Allocatable.GetValueOrDefault(name) == greatest);
        decimal planned = ExpectedResources
            .Allocatable(pool.Pool, new(largest.Name, largest.CpuCores, largest.MemoryMiB))
            .GetValueOrDefault(name);
        ObservedSize? seen =
            pool.Evidence.Find(new(largest.Name, largest.CpuCores, largest.MemoryMiB)) ?? pool.Evidence.Sizes.FirstOrDefault();
        if (planned <= greatest || seen is null)
            return "";
        string was = ExpectedResources.IsUnknown(name, planned) ? "the plan has no limit" : $"{Amount(name, planned)} would be planned";
        return $" (node '{seen.Node}' reports {Amount(name, seen.Allocatable.GetValueOrDefault(name))}; {was})";
    }

    internal static string Amount(string name, decimal amount) =>
        name is "memory" or "ephemeral-storage" || name.StartsWith("hugepages-", StringComparison.Ordinal)
            ? ByteSize.Format((long)Math.Max(0, amount))
            : FormattableString.Invariant($"{Math.Max(0, amount):0.###}");

    internal static string TaintText(Taint? taint) =>
        taint is null ? "of its nodes"
        : string.IsNullOrEmpty(taint.Value) ? $"{taint.Key}:{taint.Effect}"
        : $"{taint.Key}={taint.Value}:{taint.Effect}";

    private static bool AsksForZone(Pod pod) =>
        pod.Spec.NodeSelector?.ContainsKey(ExpectedNodes.ZoneLabel) == true
        || pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms.Exists(static term =>
            term.MatchExpressions?.Exists(static one => one.Key == ExpectedNodes.ZoneLabel) == true
        ) == true;
}
