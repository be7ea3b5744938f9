using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Controllers.DaemonSets;

/// <summary>A node as a DaemonSet sees it.</summary>
/// <param name="Name">Of the node.</param>
/// <param name="ShouldRun">A pod belongs there.</param>
/// <param name="MayStay">One that is there stays.</param>
/// <param name="Pods">The set's own there, the oldest first.</param>
internal sealed record DaemonNode(string Name, bool ShouldRun, bool MayStay, IReadOnlyList<DaemonPod> Pods)
{
    /// <summary>The pod of the set's template and the one of another, where there is no more than one of each; else null.</summary>
    public (DaemonPod? Current, DaemonPod? Old)? Pair()
    {
        DaemonPod? current = null,
            old = null;
        foreach (DaemonPod pod in Pods.Where(static pod => !pod.Stored.IsDeleting))
        {
            if ((pod.IsCurrent ? current : old) is not null)
                return null;
            if (pod.IsCurrent)
                current = pod;
            else
                old = pod;
        }

        return (current, old);
    }

    /// <summary>The oldest first. Times are whole seconds: of one second, those of an earlier template came earlier.</summary>
    public static IReadOnlyList<DaemonPod> Sort(IEnumerable<DaemonPod> pods) =>
        [
            .. pods.OrderBy(static pod => pod.Stored.As<Pod>().Metadata.CreationTimestamp)
                .ThenBy(static pod => pod.IsCurrent)
                .ThenBy(static pod => pod.Stored.Name, StringComparer.Ordinal),
        ];
}
