namespace NodeManager.Core.Nodes;

/// <summary>
/// Changes one node. Every change is the smallest patch, re-read and retried on a conflict, safe to run twice: where nothing is to be
/// done nothing is sent. All return the node as it is afterwards. Input is validated by Kubernetes' rules before anything is sent.
/// </summary>
public static class NodeEditor
{
    /// <param name="session">Where.</param>
    /// <param name="name">Of the node.</param>
    /// <param name="labels">To set.</param>
    /// <param name="overwrite">Allow changing a value that is there; otherwise a different value is an error (ValueExists) and nothing is changed.</param>
    /// <param name="dryRun">Have the server check, and store nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static Task<ClusterNode> SetLabelsAsync(
        NodeManagerSession session, string name, IReadOnlyDictionary<string, string> labels, bool overwrite, bool dryRun, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Removes labels; those that are not there are no error.</summary>
    public static Task<ClusterNode> RemoveLabelsAsync(
        NodeManagerSession session, string name, IReadOnlyCollection<string> keys, bool dryRun, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public static Task<ClusterNode> SetAnnotationsAsync(
        NodeManagerSession session, string name, IReadOnlyDictionary<string, string> annotations, bool overwrite, bool dryRun, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public static Task<ClusterNode> RemoveAnnotationsAsync(
        NodeManagerSession session, string name, IReadOnlyCollection<string> keys, bool dryRun, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>
    /// Sets taints; each is identified by key and effect. Another value of an existing one needs <paramref name="overwrite"/> (ValueExists).
    /// Taints that controllers own are refused (TaintOwnedByController).
    /// </summary>
    public static Task<ClusterNode> SetTaintsAsync(
        NodeManagerSession session, string name, IReadOnlyList<NodeTaint> taints, bool overwrite, bool dryRun, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Removes taints by key and effect, or by key alone all of its effects.</summary>
    /// <param name="session">Where.</param>
    /// <param name="name">Of the node.</param>
    /// <param name="taints">Key and effect; a null effect means every effect of the key.</param>
    /// <param name="dryRun">Have the server check, and store nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static Task<ClusterNode> RemoveTaintsAsync(
        NodeManagerSession session, string name, IReadOnlyList<(string Key, string? Effect)> taints, bool dryRun, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Cordons (true) or uncordons (false). Uncordoning clears the annotation that a drain of ours left.</summary>
    public static Task<ClusterNode> SetUnschedulableAsync(
        NodeManagerSession session, string name, bool unschedulable, bool dryRun, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>
    /// Deletes the Node object. Refuses (NodeHoldsPods) while pods other than DaemonSets' and mirror pods are on it, as the pod garbage
    /// collector would remove them without their grace, unless <paramref name="includePods"/>.
    /// </summary>
    public static Task DeleteAsync(NodeManagerSession session, string name, bool includePods, bool dryRun, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
