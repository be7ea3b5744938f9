namespace NodeManager.Maintenance.Batches;

/// <summary>The pods without a place while a node is out of service, even if no other node is.</summary>
/// <param name="Pods">Pods that fit on no other node: their replacements stay Pending until the node is back.</param>
/// <param name="Blocking">
/// PodDisruptionBudgets that block the node's other pods while these are missing, so that its drain does not end.
/// </param>
public sealed record StrandedPods(IReadOnlyList<LeavingPod> Pods, IReadOnlyList<LeavingBudget> Blocking)
{
    public static StrandedPods None { get; } = new([], []);

    public bool BlocksDrain => Blocking.Count > 0;
}
