using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.NodePools;

namespace NodeManager.Autoscaling.NodePools;

/// <summary>Maps NodeSmithPools to <see cref="PoolRecord"/> and back.</summary>
internal static class ClusterPoolMapper
{
    /// <summary>The creator of a pool, which API objects do not record.</summary>
    private const string CreatorAnnotation = NodeSmithNames.Group + "/created-by";

    // A unique id of the creation: it distinguishes a pool with a lost response from another client's pool of the same name.
    private const string CreationAnnotation = NodeSmithNames.Group + "/creation";

    public static PoolRecord Map(NodeSmithPool pool, string cluster) =>
        new()
        {
            Id = pool.Metadata.Uid ?? "",
            Name = pool.Metadata.Name,
            ClusterId = cluster,
            Namespace = pool.Metadata.Namespace ?? "",
            Generation = pool.Metadata.Generation ?? 0,
            ResourceVersion = pool.Metadata.ResourceVersion ?? "",
            Spec = JsonSerializer.SerializeToNode(pool.Spec, NodeSmithJson.Default.NodeSmithPoolSpec)!.AsObject(),
            CreatedAt = pool.Metadata.CreationTimestamp,
            CreatedBy = pool.Metadata.Annotations?.GetValueOrDefault(CreatorAnnotation) ?? "",
            Status = ClusterPoolStatus.Of(pool),
        };

    /// <param name="creation">Unique for this creation.</param>
    public static NodeSmithPool Make(PoolDraft draft, string ns, string user, string creation) =>
        new()
        {
            ApiVersion = NodeSmithNames.ApiVersion,
            Kind = nameof(NodeSmithPool),
            Metadata = new()
            {
                Name = draft.Name,
                Namespace = ns,
                Annotations = new() { [CreatorAnnotation] = user, [CreationAnnotation] = creation },
            },
            Spec = ClusterPoolFormat.Parse((JsonObject)draft.Spec.DeepClone()),
        };

    public static bool IsOf(NodeSmithPool pool, string creation) =>
        pool.Metadata.Annotations?.GetValueOrDefault(CreationAnnotation) == creation;
}
