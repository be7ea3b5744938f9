namespace NodeManager.Core.Nodes.Locks;

/// <summary>Why the holder of a lock has to stop early.</summary>
/// <param name="Reason">See <see cref="NodeDrainCancelReason"/>.</param>
/// <param name="By">Who caused it; empty if unknown.</param>
public sealed record NodeLockEnd(string Reason, string By)
{
    public string Describe() =>
        Reason switch
        {
            NodeDrainCancelReason.Uncordoned => $"The node was uncordoned{(By.Length > 0 ? $" by {By}" : "")}.",
            NodeDrainCancelReason.Requested => $"{By} cancelled the operation.",
            _ => By.Length > 0 ? $"{By} has taken over the node." : "The lock on the node is gone.",
        };
}
