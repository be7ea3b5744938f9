using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.NodePools.Documents;

namespace NodeManager.Autoscaling.Forecasts.Assumptions;

/// <summary>Pools with changes that nobody has made.</summary>
internal static class AssumedPool
{
    /// <summary>The specification as JSON.</summary>
    public static JsonObject SpecOf(NodeSmithPool pool) =>
        JsonSerializer.SerializeToNode(pool.Spec, NodeSmithJson.Default.NodeSmithPoolSpec)!.AsObject();

    /// <param name="patch">A JSON merge patch of the specification.</param>
    /// <exception cref="JsonException">A value has the wrong type.</exception>
    public static NodeSmithPool With(NodeSmithPool pool, JsonObject patch) =>
        new()
        {
            Metadata = pool.Metadata,
            Status = pool.Status,
            Spec = PoolMerge.Apply(SpecOf(pool), patch).Deserialize(NodeSmithJson.Default.NodeSmithPoolSpec) ?? new(),
        };

    /// <summary>The input with a pool in place of the one with its name.</summary>
    public static ScaleInput With(ScaleInput input, NodeSmithPool pool) =>
        input with
        {
            Pools = [.. input.Pools.Select(one => one.Metadata.Name == pool.Metadata.Name ? pool : one)],
        };
}
