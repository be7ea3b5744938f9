using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Scheduling;

/// <summary>Which pods a term of pod affinity speaks of.</summary>
internal static class PodAffinityMatching
{
    /// <param name="term">The term.</param>
    /// <param name="holder">The pod whose term it is: without namespaces it means the holder's own.</param>
    /// <param name="other">The pod asked about.</param>
    /// <param name="snapshot">Knows the labels of namespaces.</param>
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
