using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Scheduling;

/// <summary>
/// Matches nodes with the selectors of pods and volumes. Source: k8s.io/component-helpers/scheduling/corev1/nodeaffinity.
/// </summary>
public static class NodeSelectorMatching
{
    /// <summary>The pod's nodeSelector and its required node affinity, both.</summary>
    public static bool Selects(this Pod pod, Node node)
    {
        foreach ((string key, string value) in pod.Spec.NodeSelector ?? [])
            if (node.Metadata.Labels?.GetValueOrDefault(key) != value)
                return false;
        NodeSelector? required = pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution;
        return required is null || required.Selects(node);
    }

    /// <summary>
    /// The nodes named by the required affinity's terms, as for DaemonSet pods; null if a term names none, or if all contradict themselves.
    /// </summary>
    public static HashSet<string>? NamedNodes(this Pod pod)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (
            NodeSelectorTerm term in pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms
                ?? []
        )
        {
            List<SelectorRequirement> named =
                term.MatchFields?.FindAll(static one => one is { Key: "metadata.name", Operator: "In" }) ?? [];
            if (named.Count == 0)
                return null;
            names.UnionWith(
                named
                    .Skip(1)
                    .Aggregate(named[0].Values ?? [], static (both, one) => [.. both.Intersect(one.Values ?? [], StringComparer.Ordinal)])
            );
        }

        return names.Count == 0 ? null : names;
    }

    /// <summary>Any term suffices; a selector without terms selects nothing.</summary>
    public static bool Selects(this NodeSelector selector, Node node) => selector.NodeSelectorTerms.Exists(term => term.Selects(node));

    /// <summary>All expressions must hold; an empty term selects nothing. The only field is <c>metadata.name</c>.</summary>
    public static bool Selects(this NodeSelectorTerm term, Node node)
    {
        if (term is { MatchExpressions: null or [], MatchFields: null or [] })
            return false;
        foreach (SelectorRequirement requirement in term.MatchExpressions ?? [])
            if (!requirement.Matches(node.Metadata.Labels))
                return false;
        foreach (SelectorRequirement requirement in term.MatchFields ?? [])
        {
            if (requirement.Key != "metadata.name" || requirement.Values is not [string name])
                return false;
            bool isNamed = node.Metadata.Name == name;
            if (
                requirement.Operator switch
                {
                    "In" => !isNamed,
                    "NotIn" => isNamed,
                    _ => true,
                }
            )
                return false;
        }
        return true;
    }
}
