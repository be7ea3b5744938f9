using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Autoscaling.Claims;

/// <summary>Whether a node is the one that the machine of a claim registered. Pure.</summary>
public static class NodeOwnership
{
    /// <summary>Null where it is; otherwise what is against it, for people.</summary>
    /// <remarks>
    /// By the provider's id where the node has one, else by the name that the provider gave the machine. The pool's label proves nothing:
    /// any client can set it. A node that is older than the machine belonged to another one, whose id or name came again.
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

        // Times of nodes have whole seconds.
        DateTimeOffset born = NodeSmithConditionList.Seconds(status.MachineCreated ?? claim.Metadata.CreationTimestamp ?? default);
        return node.Metadata.CreationTimestamp is { } created && created < born
            ? $"node {name} was created at {created.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} and is older than the machine ({born.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'})"
            : null;
    }
}
