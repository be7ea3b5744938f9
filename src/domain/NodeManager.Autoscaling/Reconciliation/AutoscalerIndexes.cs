using NodeManager.Controllers.Caching;

namespace NodeManager.Autoscaling.Reconciliation;

public static class AutoscalerIndexes
{
    public static ObjectIndex<NodeSmithClaim> ByPool { get; } = new(static claim => [claim.Spec.PoolRef]);

    public static ObjectIndex<NodeSmithClaim> ByMachine { get; } =
        new(static claim => KeysOf(claim.Status?.ProviderID, claim.MachineName ?? claim.Metadata.Name, claim.Status?.NodeName));

    /// <summary>Nodes by the keys that identify their claim.</summary>
    public static ObjectIndex<Node> NodesByMachine { get; } = new(static node => KeysOf(node.Spec.ProviderID, node.Metadata.Name, null));

    public static string ById(string providerId) => "id:" + ProviderIds.Normalize(providerId);

    public static string ByName(string name) => "name:" + name;

    private static HashSet<string> KeysOf(string? providerId, string? machine, string? node)
    {
        HashSet<string> keys = [];
        if (!string.IsNullOrEmpty(providerId))
            keys.Add(ById(providerId));
        if (!string.IsNullOrEmpty(machine))
            keys.Add(ByName(machine));
        if (!string.IsNullOrEmpty(node))
            keys.Add(ByName(node));
        return keys;
    }
}
