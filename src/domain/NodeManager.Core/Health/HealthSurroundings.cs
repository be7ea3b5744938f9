using NodeManager.Core.Health.Checks;

namespace NodeManager.Core.Health;

/// <summary>The surroundings of nodes at one moment, by node name.</summary>
/// <param name="Now">The cluster's time of the reading.</param>
/// <param name="Pods">The pods of each node; unknown for nodes without a key.</param>
internal sealed record HealthSurroundings(
    DateTimeOffset Now,
    string ServerVersion,
    Func<string, IReadOnlyList<Pod>> Pods,
    IReadOnlyDictionary<string, NodeLease> Leases,
    ILookup<string, Event> Events
)
{
    public HealthInput Around(Node node, NodeManagerSession session) =>
        new()
        {
            Node = node,
            Session = session,
            Now = Now,
            Lease = Leases.GetValueOrDefault(node.Metadata.Name),
            Pods = Pods(node.Metadata.Name),
            Events = [.. Events[node.Metadata.Name]],
            ServerVersion = ServerVersion,
        };
}
