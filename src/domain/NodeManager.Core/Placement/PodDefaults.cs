using System.Text.Json;

namespace NodeManager.Core.Placement;

/// <summary>Applies the API server's defaulting of a new pod, as far as the scheduler's rules depend on it.</summary>
internal static class PodDefaults
{
    // Before this minor version, the API server drops these keys.
    private const int LabelKeysFrom = 31;

    /// <summary>A copy: limits replace missing requests, and label keys of affinity terms become part of their selectors.</summary>
    /// <param name="minor">The minor version of the API server.</param>
    public static Pod AsCreated(this Pod pod, int minor)
    {
        Pod created = JsonSerializer.Deserialize(
            JsonSerializer.SerializeToUtf8Bytes(pod, KubernetesJson.Default.Pod),
            KubernetesJson.Default.Pod
        )!;
        foreach (Container container in created.Spec.Containers.Concat(created.Spec.InitContainers ?? []))
        {
            foreach ((string resource, var limit) in container.Resources?.Limits ?? [])
                (container.Resources!.Requests ??= []).TryAdd(resource, limit);
        }

        if (minor < LabelKeysFrom)
            return created;
        foreach (
            PodAffinityTerm term in new[] { created.Spec.Affinity?.PodAffinity, created.Spec.Affinity?.PodAntiAffinity }.SelectMany(TermsOf)
        )
        {
            Merge(term, term.MatchLabelKeys, "In", created.Metadata.Labels);
            Merge(term, term.MismatchLabelKeys, "NotIn", created.Metadata.Labels);
        }

        return created;
    }

    private static IEnumerable<PodAffinityTerm> TermsOf(PodAffinity? affinity) =>
        (affinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? []).Concat(
            (affinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? []).Select(static preferred => preferred.PodAffinityTerm)
        );

    // A key without a label on the pod is left out.
    private static void Merge(PodAffinityTerm term, List<string>? keys, string operation, Dictionary<string, string>? labels)
    {
        if (term.LabelSelector is not { } selector)
            return;
        foreach (string key in keys ?? [])
            if (labels?.GetValueOrDefault(key) is { } value)
                (selector.MatchExpressions ??= []).Add(
                    new()
                    {
                        Key = key,
                        Operator = operation,
                        Values = [value],
                    }
                );
    }
}
