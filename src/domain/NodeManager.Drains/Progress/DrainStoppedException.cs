namespace NodeManager.Drains.Progress;

/// <summary>Something that ends the drain of a node: it cannot succeed any more.</summary>
/// <param name="blocker">The blocker; null if the caller that ends the drain reports it.</param>
/// <param name="cause">What caused it.</param>
internal sealed class DrainStoppedException(NodeDrainBlocker? blocker, Exception? cause = null) : Exception(blocker?.Message, cause)
{
    public NodeDrainBlocker? Blocker { get; } = blocker;
}
