namespace NodeManager.Drains.Progress;

/// <summary>Ends the drain of a node that cannot succeed.</summary>
/// <param name="blocker">Null if the caller reports the blocker.</param>
internal sealed class DrainStoppedException(NodeDrainBlocker? blocker, Exception? cause = null) : Exception(blocker?.Message, cause)
{
    public NodeDrainBlocker? Blocker { get; } = blocker;
}
