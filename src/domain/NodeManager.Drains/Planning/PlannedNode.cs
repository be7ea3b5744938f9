using NodeManager.Core.Nodes.Reading;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Planning;

/// <param name="Node">Null if there is no node of the name.</param>
/// <param name="Pods">By namespace and name.</param>
/// <param name="Blockers">Refused pods and missing permissions.</param>
public sealed record PlannedNode(
    string Name,
    Node? Node,
    IReadOnlyList<PlannedPod> Pods,
    IReadOnlyList<NodeDrainBlocker> Blockers,
    IReadOnlyList<string> Warnings
)
{
    public bool IsControlPlane => Node?.IsControlPlane() == true;

    /// <summary>True if pods have to end on the node before it is drained.</summary>
    public bool NeedsKubelet =>
        Pods.Any(static pod =>
            pod.Plan.Decision == DrainDecision.Wait || (pod.Plan.Decision == DrainDecision.Evict && !pod.Pod.IsFinished())
        );

    /// <summary>Pods that the selector excludes and that a drain of all pods would not skip.</summary>
    public int Unselected { get; init; }
}
