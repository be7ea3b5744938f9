namespace NodeManager.Autoscaling.Claims;

/// <summary>Whether a node belongs to the machine of a claim.</summary>
public static class NodeOwnership
{
    /// <summary>Null if it does; otherwise the contradiction.</summary>
    /// <remarks>
    /// By provider id if the node has one, else by the provider's name of the machine. The pool's label proves nothing, because any client
    /// can set it. A node that is older than the machine belonged to another one with the same id or name.
    /// </remarks>
    public static string? Check(NodeSmithClaim claim, Node node)
    {
        if (claim.Status is not { ProviderID.Length: > 0 } status)
            return "the claim has no machine";
        string name = node.Metadata.Name;
        if (node.Spec.ProviderID is { Length: > 0 } id)
        {
            if (!ProviderIds.AreSame(id, status.ProviderID))
                return $"node {name} has provider ID {id}, the claim's machine has {status.ProviderID}";
        }
        else if (name != (claim.MachineName ?? claim.Metadata.Name))
        {
            return $"node {name} has no provider ID, and the claim's machine is named {claim.MachineName ?? claim.Metadata.Name}";
        }

        DateTimeOffset born = BornOf(claim);
        return node.Metadata.CreationTimestamp is { } created && created < born
            ? $"node {name} was created at {created.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} and is older than the machine ({born.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'})"
            : null;
    }

    /// <summary>
    /// True for the node of a machine that was removed. An attempt that failed may have no provider id: its node has the name of the
    /// machine, and is younger than the attempt.
    /// </summary>
    public static bool WasOf(NodeSmithClaim claim, Node node) =>
        claim.Status is { ProviderID: null or "", MachineCreated: not null }
            ? node.Metadata.Name == ClaimAttempts.MachineNameOf(claim) && node.Metadata.CreationTimestamp >= BornOf(claim)
            : Check(claim, node) is null;

    // Times of nodes are whole seconds.
    private static DateTimeOffset BornOf(NodeSmithClaim claim) =>
        NodeSmithConditionList.Seconds(claim.Status?.MachineCreated ?? claim.Metadata.CreationTimestamp ?? default);
}
