using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Monitoring.Repair.Machines;

/// <summary>Finds the machine of a node.</summary>
internal static class MachineMatch
{
    /// <summary>By provider id, if the node has one; else by the claim that names the node; else by a unique name.</summary>
    /// <remarks>Ids and names are reused: a machine of another claim, or one that is younger than the node, does not match.</remarks>
    /// <returns>The machine; or null, and why.</returns>
    public static (Machine? Machine, string Problem) Find(Node node, IReadOnlyList<Machine> machines, IReadOnlyList<NodeSmithClaim> claims)
    {
        (Machine? found, string problem) = FindAny(node, machines, claims);
        return found is not null && Differs(node, found, claims) is { } why ? (null, why) : (found, problem);
    }

    private static (Machine? Machine, string Problem) FindAny(
        Node node,
        IReadOnlyList<Machine> machines,
        IReadOnlyList<NodeSmithClaim> claims
    )
    {
        if (node.Spec.ProviderID is { Length: > 0 } id)
            return One(machines.Where(machine => ProviderIds.AreSame(machine.ProviderId, id)), $"its provider ID {id}");
        string name = node.Metadata.Name;
        if (claims.FirstOrDefault(claim => claim.Status?.NodeName == name) is { } owner)
            return One(
                machines.Where(machine => machine.ClaimUid == owner.Metadata.Uid),
                $"NodeSmithClaim {owner.Metadata.Name}, which names it"
            );
        return One(machines.Where(machine => machine.Name == name), $"its name {name}");
    }

    /// <summary>The claim that owns a machine; null for a machine created by hand.</summary>
    public static NodeSmithClaim? OwnerOf(Machine machine, IReadOnlyList<NodeSmithClaim> claims) =>
        claims.FirstOrDefault(claim => claim.Metadata.Uid is { Length: > 0 } uid && uid == machine.ClaimUid);

    private static string? Differs(Node node, Machine machine, IReadOnlyList<NodeSmithClaim> claims)
    {
        string name = $"Machine {machine.Provider}/{machine.Name} ({machine.ProviderId})";
        if (
            node.Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.ClaimUidAnnotation) is { Length: > 0 } uid
            && uid != machine.ClaimUid
        )
            return $"{name} is not its machine: it carries {(machine.ClaimUid.Length > 0 ? $"claim {machine.ClaimUid}" : "no claim")}, and the node belongs to claim {uid}.";
        return OwnerOf(machine, claims) is { } claim && NodeOwnership.Check(claim, node) is { } other
            ? $"{name} of NodeSmithClaim {claim.Metadata.Name} is not its machine: {other}."
            : null;
    }

    private static (Machine? Machine, string Problem) One(IEnumerable<Machine> found, string by)
    {
        Machine[] all = [.. found];
        return all.Length switch
        {
            1 => (all[0], ""),
            0 => (null, $"No provider has a machine with {by}."),
            _ => (null, $"Several machines match {by}: {string.Join(", ", all.Select(static one => $"{one.Provider}/{one.Name}"))}."),
        };
    }
}
