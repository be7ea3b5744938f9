using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains.Reporting;

/// <summary>The node as read after the last wait, so that a result says what is there and not what was done.</summary>
/// <param name="Node">Null when it could not be read, or is gone.</param>
/// <param name="IsGone">True when there is no such node any more, or another of its name.</param>
/// <param name="Failure">Why the server gave no answer; null when it did, or was not asked.</param>
internal sealed record FinalLook(Node? Node, bool IsGone, string? Failure)
{
    /// <summary>Nothing was read.</summary>
    public static readonly FinalLook None = new(null, false, null);

    /// <summary>Whether the node is cordoned.</summary>
    /// <param name="known">As last known.</param>
    public bool IsCordoned(bool known) => !IsGone && (Node is null ? known : Node.Spec.Unschedulable == true);

    /// <summary>What the result says of the cordon; empty for a node that is gone.</summary>
    /// <param name="known">Whether the node was cordoned, as last known.</param>
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
