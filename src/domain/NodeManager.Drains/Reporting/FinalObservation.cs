namespace NodeManager.Drains.Reporting;

/// <summary>The node as read after the last wait, so that the result reports the observed state.</summary>
/// <param name="Node">Null if it could not be read, or is gone.</param>
/// <param name="IsGone">True if the node is gone or was replaced under its name.</param>
/// <param name="Failure">Why the server gave no answer; null if it did, or was not asked.</param>
internal sealed record FinalObservation(Node? Node, bool IsGone, string? Failure)
{
    /// <summary>Nothing was read.</summary>
    public static readonly FinalObservation None = new(null, false, null);

    /// <summary>Whether the node is cordoned.</summary>
    public bool IsCordoned(bool known) => !IsGone && (Node is null ? known : Node.Spec.Unschedulable == true);

    /// <summary>The result's sentence about the cordon; empty for a node that is gone.</summary>
    public string Describe(bool known)
    {
        if (IsGone)
            return "The node no longer exists.";
        if (Node is null && Failure is not null)
            return known ? "The node was cordoned; its current state could not be read." : "The node was not cordoned by this drain.";
        if (IsCordoned(known))
            return "The node stays cordoned.";
        return known ? "The node is schedulable: another client uncordoned it." : "The node was not cordoned.";
    }
}
