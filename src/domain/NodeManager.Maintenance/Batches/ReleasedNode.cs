namespace NodeManager.Maintenance.Batches;

/// <summary>A node that a batch has to release.</summary>
/// <param name="Pods">The pods that fit only on nodes of the run, as <c>namespace/name</c>.</param>
public sealed record ReleasedNode(string Node, IReadOnlyList<string> Pods);
