using NodeManager.Core.Health.Checks;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Health;

/// <summary>What was read around some nodes at one moment, by the names of the nodes.</summary>
/// <param name="Now">The moment, in the cluster's time.</param>
/// <param name="ServerVersion">See <see cref="HealthInput.ServerVersion"/>.</param>
/// <param name="Pods">Of each node; without the key none are known.</param>
/// <param name="Leases">Of each node that has one.</param>
/// <param name="Events">About each node, and the kubelet's about its evicted pods.</param>
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
