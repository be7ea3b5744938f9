namespace NodeManager.Core.Nodes.Editing;

/// <summary>Describes what an edit of a node changes, before the change.</summary>
public static class NodePreview
{
    /// <summary>Runs an edit as a dry run: one request if the node is known and unchanged.</summary>
    /// <param name="known">The node as read before. It may be outdated.</param>
    /// <param name="dryRun">Runs the edit of the node that is passed, and returns the changed node, or null for a deleted one.</param>
    /// <returns>As <see cref="NodeEditor.Describe"/>; null for a deleted node.</returns>
    /// <exception cref="NodeManagerException">As the edit: NodeNotFound, NodeReplaced, Forbidden and others.</exception>
    public static async Task<string?> DescribeAsync(
        NodeManagerSession session,
        NodeTarget node,
        ClusterNode? known,
        Func<ClusterNode, Task<ClusterNode?>> dryRun,
        CancellationToken cancellationToken
    )
    {
        ClusterNode before = known ?? await NodeEditor.ReadAsync(session, node, cancellationToken);
        if (await dryRun(before) is not { } after)
            return null;
        // A dry run keeps the resourceVersion of the node that it is applied to.
        if (before.Uid != after.Uid || before.ResourceVersion != after.ResourceVersion)
            before = await NodeEditor.ReadAsync(session, node, cancellationToken);
        return NodeEditor.Describe(before, after);
    }
}
