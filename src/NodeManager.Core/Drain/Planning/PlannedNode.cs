using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Planning;

/// <summary>A node with what is to be done with its pods.</summary>
/// <param name="Name">Of the node.</param>
/// <param name="Node">Null when there is none of that name.</param>
/// <param name="Pods">By namespace and name.</param>
/// <param name="Blockers">Refused pods and missing permissions.</param>
/// <param name="Warnings">What the user should know.</param>
internal sealed record PlannedNode(
    string Name, Node? Node, IReadOnlyList<PlannedPod> Pods, IReadOnlyList<NodeDrainBlocker> Blockers, IReadOnlyList<string> Warnings)
{
    /// <summary>Pods that a drain of all pods would not skip, and that the selector does not select.</summary>
    public int Unselected { get; init; }
}
