using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Scheduling;

/// <summary>Which pods a term of pod affinity speaks of.</summary>
internal static class PodAffinityMatching
{
    /// <summary>Whether a required term of the pod's own speaks of pods in other namespaces.</summary>
    public static bool LooksBeyondItsNamespace(Pod pod)
    {
        static bool IsBeyond(PodAffinityTerm term) => term.Namespaces is { Count: > 0 } || term.NamespaceSelector is not null;
        return pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.Exists(IsBeyond) == true
            || pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.Exists(IsBeyond) == true;
    }

    /// <param name="term">The term.</param>
    /// <param name="holder">The pod whose term it is: without namespaces it means the holder's own.</param>
    /// <param name="other">The pod asked about.</param>
    /// <param name="snapshot">Knows the labels of namespaces.</param>
    public static bool Matches(this PodAffinityTerm term, Pod holder, Pod other, ClusterSnapshot snapshot)
    {
        string ns = other.Metadata.Namespace ?? "";
        bool isInNamespace = term.Namespaces?.Contains(ns) == true
            || (term.NamespaceSelector is { } selector && selector.Matches(snapshot.NamespaceLabels(ns)))
            || (term is { Namespaces: null or [], NamespaceSelector: null } && ns == holder.Metadata.Namespace);
        return isInNamespace && term.LabelSelector.Matches(other.Metadata.Labels);
    }
}
