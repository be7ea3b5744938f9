using System.Runtime.CompilerServices;
using System.Text.Json;
using NodeManager.Scheduling;

namespace NodeManager.Autoscaling.Planning.Demand;

/// <summary>
/// Identifies the scheduling requirements of a pod. The replicas of a workload share it, and so does a recreated pod. Names, labels, images
/// and preferences do not count.
/// </summary>
public static class PodSpecificationKey
{
    // Consecutive plans get the same pods from a cache.
    private static readonly ConditionalWeakTable<Pod, string> Known = [];

    public static string Of(Pod pod) => Known.GetValue(pod, Compute);

    private static string Compute(Pod pod)
    {
        PodSpec spec = pod.Spec;
        PodSpec required = new()
        {
            NodeSelector = spec.NodeSelector?.OrderBy(static pair => pair.Key, StringComparer.Ordinal).ToDictionary(),
            Tolerations = spec.Tolerations,
            TopologySpreadConstraints = spec.TopologySpreadConstraints?.FindAll(static one => one.WhenUnsatisfiable == "DoNotSchedule")
                is { Count: > 0 } spreads
                ? spreads
                : null,
            Affinity = new()
            {
                NodeAffinity = spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is { } node
                    ? new() { RequiredDuringSchedulingIgnoredDuringExecution = node }
                    : null,
                PodAffinity = Required(spec.Affinity?.PodAffinity),
                PodAntiAffinity = Required(spec.Affinity?.PodAntiAffinity),
            },
        };
        var amounts = PodRequests
            .Of(spec)
            .OrderBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => FormattableString.Invariant($"{pair.Key}={pair.Value:0.###}"));
        var ports = spec
            .Containers.SelectMany(static container => container.Ports ?? [])
            .Where(static port => port.HostPort > 0)
            .Select(static port => FormattableString.Invariant($"{port.HostIP}:{port.HostPort}/{port.Protocol}"));
        return ObservationJson.Hash(
            string.Join(
                '\n',
                [
                    pod.Metadata.Namespace ?? "",
                    FormattableString.Invariant($"{spec.Priority ?? 0}"),
                    .. amounts,
                    .. ports,
                    JsonSerializer.Serialize(required, KubernetesJson.Default.PodSpec),
                ]
            )
        );
    }

    private static PodAffinity? Required(PodAffinity? terms) =>
        terms?.RequiredDuringSchedulingIgnoredDuringExecution is { Count: > 0 } required
            ? new() { RequiredDuringSchedulingIgnoredDuringExecution = required }
            : null;
}
