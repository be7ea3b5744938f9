using System.Text.RegularExpressions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Sandbox.Api.Registry;

namespace NodeManager.Sandbox.Pools;

/// <summary>
/// Creates pools for existing nodes at the start of the service: of seeded, copied and restored clusters, whose pools are not saved.
/// </summary>
internal static partial class PoolAdoption
{
    private const string SeedLabel = "pool";
    private const string ControlPlane = "node-role.kubernetes.io/control-plane";

    // Labels that are specific to a machine.
    private static readonly string[] Own =
    [
        "kubernetes.io/hostname",
        "node.kubernetes.io/instance-type",
        "beta.kubernetes.io/instance-type",
        PoolMachines.PoolLabel,
        "topology.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/zone",
        "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/region",
    ];

    /// <summary>Adds a pool per pool name of nodes, and marks the nodes.</summary>
    public static void Adopt(PoolStore pools, ResourceRegistry registry, string clusterId, string user)
    {
        var nodes = registry
            .Store.List(BuiltInKinds.Nodes)
            .Objects.Walk()
            .Select(static stored => (stored.Name, Node: stored.As<Node>()))
            .Where(static one => one.Node.Metadata.Labels?.ContainsKey(ControlPlane) != true)
            .ToLookup(static one => PoolOf(one.Node));
        foreach (
            var members in nodes
                .Where(static group => PoolName().IsMatch(group.Key))
                .OrderBy(static group => group.Key, StringComparer.Ordinal)
        )
        {
            PoolItem pool = pools.AddPool(
                members.Key,
                clusterId,
                Spec([.. members.Select(static one => one.Node)]),
                user,
                Template([.. members.Select(static one => one.Node)])
            );
            string hash = PoolMachines.Hash(pool);
            foreach ((string name, _) in members)
                Mark(registry, name, pool, hash);
        }

        // Nodes without a pool must not be removed as surplus.
        foreach ((string name, Node node) in nodes.Where(static group => !PoolName().IsMatch(group.Key)).SelectMany(static group => group))
            if (node.Metadata.Annotations?.ContainsKey(PoolMachines.PoolAnnotation) == true)
                Mark(registry, name, null, "");
    }

    private static string PoolOf(Node node) =>
        node.Metadata.Labels?.GetValueOrDefault(PoolMachines.PoolLabel) ?? node.Metadata.Labels?.GetValueOrDefault(SeedLabel) ?? "";

    private static JsonObject Spec(IReadOnlyList<Node> nodes)
    {
        string id = nodes[0].Spec.ProviderID ?? "";
        (string platform, string type, string zoneField) =
            id.StartsWith("aws", StringComparison.Ordinal) ? (NodePoolPlatformType.Aws, "instanceType", "availabilityZones")
            : id.StartsWith("azure", StringComparison.Ordinal) ? (NodePoolPlatformType.Azure, "vmSize", "availabilityZones")
            : (NodePoolPlatformType.Gcp, "machineType", "zones");
        JsonObject machine = [];
        if (nodes[0].Metadata.Labels?.GetValueOrDefault(PoolMachines.TypeLabel) is { Length: > 0 } size)
            machine[type] = size;
        string[] zones =
        [
            .. nodes
                .Select(static node => node.Metadata.Labels?.GetValueOrDefault("topology.kubernetes.io/zone"))
                .OfType<string>()
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        if (zones.Length > 0)
            machine[zoneField] = new JsonArray([.. zones.Select(static zone => (JsonNode?)JsonValue.Create(zone))]);
        return new()
        {
            ["platform"] = new JsonObject { ["type"] = platform, [platform] = machine },
            ["nodeCount"] = nodes.Count,
        };
    }

    // Common labels and taints that machines do not have anyway, except taints of conditions and cordons.
    private static JsonObject Template(IReadOnlyList<Node> nodes)
    {
        var labels = (nodes[0].Metadata.Labels ?? []).Where(one =>
            !Own.Contains(one.Key) && nodes.All(node => node.Metadata.Labels?.GetValueOrDefault(one.Key) == one.Value)
        );
        var taints = (nodes[0].Spec.Taints ?? []).Where(one =>
            !one.Key.StartsWith("node.kubernetes.io/", StringComparison.Ordinal)
            && nodes.All(node =>
                node.Spec.Taints?.Exists(other => other.Key == one.Key && other.Effect == one.Effect && other.Value == one.Value) == true
            )
        );
        var extended = (nodes[0].Status.Capacity ?? []).Where(one =>
            one.Key.Contains('/', StringComparison.Ordinal)
            && nodes.All(node => node.Status.Capacity?.TryGetValue(one.Key, out Quantity amount) == true && amount.Equals(one.Value))
        );
        return new()
        {
            ["machineType"] = nodes[0].Metadata.Labels?.GetValueOrDefault(PoolMachines.TypeLabel),
            ["extended"] = new JsonObject(extended.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value.ToString()))),
            ["labels"] = new JsonObject(labels.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))),
            ["taints"] = new JsonArray([
                .. taints.Select(static one =>
                    (JsonNode?)
                        new JsonObject
                        {
                            ["key"] = one.Key,
                            ["value"] = one.Value,
                            ["effect"] = one.Effect,
                        }
                ),
            ]),
        };
    }

    private static void Mark(ResourceRegistry registry, string name, PoolItem? pool, string hash) =>
        registry.Update(
            BuiltInKinds.Nodes,
            "",
            name,
            node =>
            {
                JsonObject metadata = node.Ensure("metadata"),
                    annotations = metadata.Ensure("annotations");
                annotations.Remove(PoolMachines.DrainingAnnotation);
                annotations.Remove(PoolMachines.PoolAnnotation);
                annotations.Remove(PoolMachines.HashAnnotation);
                if (pool is null)
                    return;
                metadata.Ensure("labels")[PoolMachines.PoolLabel] = pool.Name;
                annotations[PoolMachines.PoolAnnotation] = pool.Id;
                annotations[PoolMachines.HashAnnotation] = hash;
            }
        );

    [GeneratedRegex(@"^[a-z0-9-]{1,63}\z")]
    private static partial Regex PoolName();
}
