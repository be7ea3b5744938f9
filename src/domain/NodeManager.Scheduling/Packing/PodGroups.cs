using System.Text.Json;
using NodeManager.Scheduling.Filters;

namespace NodeManager.Scheduling.Packing;

/// <summary>Groups pods that all rules treat equally, so that 20,000 replicas of a few workloads cost as much as the workloads.</summary>
internal sealed class PodGroups(ClusterSnapshot snapshot, ResourceIndex resources)
{
    private readonly PodSignature _labels = new();

    /// <summary>In the order of the first pod of each.</summary>
    public List<PodGroup> Of(IReadOnlyList<Pod> pods)
    {
        foreach (PodState running in snapshot.PodsWithAntiAffinity)
            _labels.AddKeys(running.Pod);
        var requests = new IReadOnlyDictionary<string, decimal>[pods.Count];
        for (int index = 0; index < pods.Count; index++)
        {
            _labels.AddKeys(pods[index]);
            requests[index] = PodRequests.Of(pods[index].Spec);
            resources.AddNames(requests[index].Keys);
        }

        Dictionary<string, PodGroup> groups = new(pods.Count / 8, StringComparer.Ordinal);
        Dictionary<string, string> nodeKeys = new(StringComparer.Ordinal);
        for (int index = 0; index < pods.Count; index++)
        {
            Pod pod = pods[index];
            string nodeKey = NodeKeyOf(pod);
            if (!nodeKeys.TryGetValue(nodeKey, out string? shared))
                nodeKeys.Add(nodeKey, shared = nodeKey);
            string key = string.Concat(nodeKey, "\n", KeyOf(pod, requests[index]));
            if (!groups.TryGetValue(key, out PodGroup? group))
                groups.Add(key, group = new(pod, resources.Needed(requests[index], 1), shared));
            group.Pods.Add(pod);
        }

        return [.. groups.Values];
    }

    /// <summary>
    /// The properties that distinguish running pods in the counts: namespace, selected labels, termination, and anti-affinity.
    /// </summary>
    public string CountedKey(Pod pod) =>
        string.Concat(
            pod.Metadata.DeletionTimestamp is null ? "" : "!",
            _labels.CountedOf(pod),
            string.Concat(TopologyCounters.AntiTerms(pod).Select(TopologyCounters.TermText))
        );

    private string NodeKeyOf(Pod pod)
    {
        PodSpec spec = pod.Spec;
        NodeSelector? required = spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution;
        string volumes = spec.Volumes is null ? "" : string.Join('\n', VolumeNodeAffinityFilter.KeysOf(pod, snapshot));
        if (spec.NodeSelector is not { Count: > 0 } && spec.Tolerations is not { Count: > 0 } && required is null)
            return volumes;
        Pod looked = new()
        {
            Spec = new()
            {
                NodeSelector = spec.NodeSelector?.OrderBy(static pair => pair.Key, StringComparer.Ordinal).ToDictionary(),
                Tolerations = spec.Tolerations,
                Affinity = required is null
                    ? null
                    : new() { NodeAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = required } },
            },
        };
        return volumes + JsonSerializer.Serialize(looked.Spec, KubernetesJson.Default.PodSpec);
    }

    private string KeyOf(Pod pod, IReadOnlyDictionary<string, decimal> requests)
    {
        var ports = HostPort.Of(pod).Select(static port => port.ToString());
        var amounts = requests
            .OrderBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => FormattableString.Invariant($"{pair.Key}={pair.Value}"));
        string own = string.Join(
            '\n',
            [FormattableString.Invariant($"{pod.Spec.Priority ?? 0}"), _labels.CountedOf(pod), .. amounts, .. ports]
        );
        PodSpec spec = pod.Spec;
        var spreads = spec.TopologySpreadConstraints?.FindAll(static one => one.WhenUnsatisfiable == "DoNotSchedule");
        var near = spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution;
        var apart = spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution;
        if (spreads is not { Count: > 0 } && near is not { Count: > 0 } && apart is not { Count: > 0 })
            return own;
        PodSpec looked = new()
        {
            TopologySpreadConstraints = spreads,
            Affinity = new()
            {
                PodAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = near },
                PodAntiAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = apart },
            },
        };
        return own + JsonSerializer.Serialize(looked, KubernetesJson.Default.PodSpec);
    }
}
