using NodeManager.Autoscaling.Resources;

namespace NodeManager.NodePools.Updates.Options;

/// <summary>Selects the updates of pools.</summary>
/// <param name="Namespace">The namespace of their ConfigMaps; empty: the provider's default.</param>
/// <param name="Provider">A <see cref="NodePoolProvider"/>; empty: both.</param>
public sealed record PoolUpdatePlace(string Namespace = "", string Provider = "")
{
    internal IReadOnlyList<string> Namespaces =>
        Namespace.Length > 0
            ? [Namespace]
            :
            [
                .. new[]
                {
                    (NodePoolProvider.Cluster, NodeSmithNames.DefaultNamespace),
                    (NodePoolProvider.Service, PoolUpdateRequest.ServiceNamespace),
                }
                    .Where(one => Has(one.Item1))
                    .Select(static one => one.Item2),
            ];

    internal bool Has(string provider) => Provider.Length == 0 || Provider == provider;
}
