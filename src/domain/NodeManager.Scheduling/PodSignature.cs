using System.Text.Json;

namespace NodeManager.Scheduling;

/// <summary>
/// The pod properties that the counting rules use, as text: pods with the same signature share the counts. Labels that no selector uses are
/// left out, so that the pods of a StatefulSet have one signature despite their name labels.
/// </summary>
internal sealed class PodSignature
{
    private readonly HashSet<string> _selectedKeys = new(StringComparer.Ordinal);

    /// <summary>Adds the label keys of the pod's selectors. True if there are new ones: earlier signatures are invalid.</summary>
    public bool AddKeys(Pod pod)
    {
        if (!HasRules(pod))
            return false;
        int before = _selectedKeys.Count;
        _selectedKeys.UnionWith(KeysOf(pod));
        return _selectedKeys.Count > before;
    }

    public string Of(Pod pod)
    {
        if (!HasRules(pod))
            return CountedOf(pod);
        PodSpec spec = pod.Spec;
        bool isSpread = spec.TopologySpreadConstraints is { Count: > 0 };
        Pod looked = new()
        {
            Metadata = new()
            {
                Namespace = pod.Metadata.Namespace,
                Labels = pod
                    .Metadata.Labels?.Where(label => _selectedKeys.Contains(label.Key))
                    .OrderBy(label => label.Key, StringComparer.Ordinal)
                    .ToDictionary(),
            },
            Spec = new()
            {
                Affinity =
                    isSpread || spec.Affinity is null
                        ? spec.Affinity
                        : new() { PodAffinity = spec.Affinity.PodAffinity, PodAntiAffinity = spec.Affinity.PodAntiAffinity },
                TopologySpreadConstraints = spec.TopologySpreadConstraints,
                // Determines which nodes count in a spread.
                NodeSelector = isSpread ? spec.NodeSelector : null,
                Tolerations = isSpread ? spec.Tolerations : null,
            },
        };
        return JsonSerializer.Serialize(looked, KubernetesJson.Default.Pod);
    }

    /// <summary>Namespace and selected labels, which determine the counts that include the pod.</summary>
    public string CountedOf(Pod pod) =>
        _selectedKeys.Count == 0
            ? pod.Metadata.Namespace ?? ""
            : string.Join(
                '\n',
                (pod.Metadata.Labels ?? [])
                    .Where(label => _selectedKeys.Contains(label.Key))
                    .OrderBy(static label => label.Key, StringComparer.Ordinal)
                    .Select(static label => $"{label.Key}={label.Value}")
                    .Prepend(pod.Metadata.Namespace ?? "")
            );

    /// <summary>True if the pod has rules about other pods: counts for it then include all pods, otherwise only those with anti-affinity.</summary>
    public static bool HasRules(Pod pod) =>
        pod.Spec.TopologySpreadConstraints is { Count: > 0 }
        || pod.Spec.Affinity is { PodAffinity: not null } or { PodAntiAffinity: not null };

    private static IEnumerable<string> KeysOf(Pod pod)
    {
        IEnumerable<LabelSelector?> selectors =
        [
            .. (pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? []).Select(term => term.LabelSelector),
            .. (pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? []).Select(term =>
                term.LabelSelector
            ),
            .. (pod.Spec.TopologySpreadConstraints ?? []).Select(constraint => constraint.LabelSelector),
        ];
        return selectors
            .OfType<LabelSelector>()
            .SelectMany(selector =>
                (selector.MatchLabels?.Keys ?? Enumerable.Empty<string>()).Concat(
                    selector.MatchExpressions?.Select(expression => expression.Key) ?? []
                )
            )
            .Concat((pod.Spec.TopologySpreadConstraints ?? []).SelectMany(constraint => constraint.MatchLabelKeys ?? []));
    }
}
