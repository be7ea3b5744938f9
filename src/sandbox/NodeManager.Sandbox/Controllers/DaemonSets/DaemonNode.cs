using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Controllers.DaemonSets;

/// <summary>A node from a DaemonSet's view.</summary>
/// <param name="Pods">The set's pods, oldest first.</param>
internal sealed record DaemonNode(string Name, bool ShouldRun, bool MayStay, IReadOnlyList<DaemonPod> Pods)
{
    /// <summary>The current and the outdated pod, if there is at most one of each; else null.</summary>
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

    /// <summary>Oldest first. Times have whole seconds: within a second, pods of an earlier template are older.</summary>
    public static IReadOnlyList<DaemonPod> Sort(IEnumerable<DaemonPod> pods)
    {
        DaemonPod[] unordered = [.. pods];
        // Almost every node.
        if (unordered.Length < 2)
            return unordered;
        return
        [
            .. unordered
                .OrderBy(static pod => pod.Stored.As<Pod>().Metadata.CreationTimestamp)
                .ThenBy(static pod => pod.IsCurrent)
                .ThenBy(static pod => pod.Stored.Name, StringComparer.Ordinal),
        ];
    }
}
