namespace NodeManager.Core.Drain.Running;

/// <summary>Something that ends the drain of a node: it cannot succeed any more.</summary>
internal sealed class DrainStoppedException(NodeDrainBlocker blocker, Exception? cause = null) : Exception(blocker.Message, cause)
{
    public NodeDrainBlocker Blocker { get; } = blocker;
}
