namespace NodeManager.Core.Nodes;

public static class NodeWaiter
{
    /// <summary>Waits, by a watch, until the node is as wanted.</summary>
    /// <param name="session">Where.</param>
    /// <param name="name">Of the node.</param>
    /// <param name="condition"><c>Ready</c>, <c>NotReady</c>, <c>Deleted</c>, or <c>TYPE=STATUS</c> of a condition.</param>
    /// <param name="timeout">Null: without end.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The node as it then is; for Deleted its last state, null if it was never seen.</returns>
    /// <exception cref="NodeManagerException">WaitTimeout (saying what the node is instead), NodeNotFound, InvalidCondition.</exception>
    public static Task<ClusterNode?> WaitAsync(
        NodeManagerSession session, string name, string condition, TimeSpan? timeout, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
