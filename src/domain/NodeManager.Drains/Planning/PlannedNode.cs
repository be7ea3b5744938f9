using NodeManager.Core.Nodes;
using NodeManager.Drains.Decisions;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains.Planning;

/// <summary>A node with what is to be done with its pods.</summary>
/// <param name="Name">Of the node.</param>
/// <param name="Node">Null when there is none of that name.</param>
/// <param name="Pods">By namespace and name.</param>
/// <param name="Blockers">Refused pods and missing permissions.</param>
/// <param name="Warnings">What the user should know.</param>
public sealed record PlannedNode(
    string Name,
    Node? Node,
    IReadOnlyList<PlannedPod> Pods,
    IReadOnlyList<NodeDrainBlocker> Blockers,
    IReadOnlyList<string> Warnings
)
{
    /// <summary>True for a node of the control plane.</summary>
    public bool IsControlPlane =>
        Node?.Metadata.Labels is { } labels
        && (labels.ContainsKey(WellKnownLabels.RolePrefix + "control-plane") || labels.ContainsKey(WellKnownLabels.RolePrefix + "master"));

    /// <summary>Whether pods have to end on the node before it is drained.</summary>
    public bool NeedsKubelet =>
        Pods.Any(static pod =>
            pod.Plan.Decision == DrainDecision.Wait || (pod.Plan.Decision == DrainDecision.Evict && !pod.Pod.IsFinished())
        );

    /// <summary>Pods that a drain of all pods would not skip, and that the selector does not select.</summary>
    public int Unselected { get; init; }
}
