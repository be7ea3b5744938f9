using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Scheduling;

internal static class PodAffinityMatching
{
    /// <param name="holder">The term's pod: without namespaces the term applies to the holder's own.</param>
    /// <param name="other">The pod to match.</param>
    /// <param name="snapshot">Provides the labels of namespaces.</param>
    public static bool Matches(this PodAffinityTerm term, Pod holder, Pod other, ClusterSnapshot snapshot)
    {
        string ns = other.Metadata.Namespace ?? "";
        bool isInNamespace =
            term.Namespaces?.Contains(ns) == true
            || (term.NamespaceSelector is { } selector && selector.Matches(snapshot.NamespaceLabels(ns)))
            || (term is { Namespaces: null or [], NamespaceSelector: null } && ns == holder.Metadata.Namespace);
        return isInNamespace && term.LabelSelector.Matches(other.Metadata.Labels);
    }
}
