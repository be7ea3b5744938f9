using System.Globalization;
using NodeManager.Sandbox.Api.Registry;

namespace NodeManager.Sandbox.Pools;

/// <summary>Documents of clusters, pools and status.</summary>
internal static class PoolDocuments
{
    public static JsonObject Pool(PoolItem item)
    {
        JsonObject document = Common(item);
        document.Insert(2, "cluster_id", item.ClusterId);
        return document;
    }

    public static JsonObject Cluster(PoolItem item)
    {
        JsonObject document = Common(item);
        document.Insert(document.IndexOf("spec") + 1, "status", ClusterStatus(item));
        return document;
    }

    public static JsonObject PoolStatus(PoolItem item) => new() { ["nodepool_id"] = item.Id, ["controller_status"] = Reports(item) };

    public static JsonObject ClusterStatusAnswer(PoolItem item) =>
        new()
        {
            ["cluster_id"] = item.Id,
            ["status"] = ClusterStatus(item),
            ["controllers"] = Reports(item),
        };

    private static JsonObject Common(PoolItem item) =>
        new()
        {
            ["id"] = item.Id,
            ["name"] = item.Name,
            ["generation"] = item.Generation,
            ["resource_version"] = item.Version.ToString("x8", CultureInfo.InvariantCulture),
            ["spec"] = item.Spec.DeepClone(),
            ["created_at"] = ResourceRegistry.MicroTimestamp(item.CreatedAt),
            ["updated_at"] = ResourceRegistry.MicroTimestamp(item.UpdatedAt),
            ["created_by"] = item.CreatedBy,
        };

    private static JsonArray Reports(PoolItem item) => new([.. item.Controllers.Select(static one => one.DeepClone())]);

    private static JsonObject ClusterStatus(PoolItem item)
    {
        string updated =
            item.Controllers.Select(static one => one.Text("updated_at")).Max(StringComparer.Ordinal)
            ?? ResourceRegistry.MicroTimestamp(item.CreatedAt);
        return new()
        {
            ["observedGeneration"] =
                item.Controllers.Count == 0 ? 0 : item.Controllers.Min(static one => one.Number("observed_generation") ?? 0),
            ["conditions"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Ready",
                    ["status"] = item.Phase switch
                    {
                        NodePoolPhase.Ready => "True",
                        NodePoolPhase.Pending => "Unknown",
                        _ => "False",
                    },
                    ["lastTransitionTime"] = updated,
                    ["reason"] = item.Phase,
                }
            ),
            ["phase"] = item.Phase,
            ["lastUpdateTime"] = updated,
        };
    }
}
