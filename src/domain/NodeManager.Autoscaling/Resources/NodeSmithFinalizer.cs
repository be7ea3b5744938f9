using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Autoscaling.Resources;

/// <summary>The finalizer that holds pools and providers while claims need them.</summary>
internal static class NodeSmithFinalizer
{
    /// <summary>The merge patch that removes it from this version of the object.</summary>
    public static JsonObject Without(KubernetesObject item) =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = item.Metadata.Uid,
                ["resourceVersion"] = item.Metadata.ResourceVersion,
                ["finalizers"] = new JsonArray([
                    .. (item.Metadata.Finalizers ?? [])
                        .Where(static one => one != NodeSmithNames.Finalizer)
                        .Select(static one => (JsonNode)one),
                ]),
            },
        };

    /// <summary>Removes it from a deleted, unused object. An autoscaler does the same, but none may be running.</summary>
    /// <param name="uid">Of the deleted object: another one may have its name.</param>
    /// <param name="isUsed">True if a claim or a pool still needs it.</param>
    public static async Task ReleaseAsync<T>(
        KubernetesClient client,
        ResourceType<T> type,
        string ns,
        string name,
        string? uid,
        Func<Task<bool>> isUsed,
        CancellationToken cancellationToken
    )
        where T : KubernetesObject
    {
        try
        {
            T latest = await client.GetAsync(type, name, ns, cancellationToken);
            if (
                latest.Metadata.Uid != uid
                || latest.Metadata.DeletionTimestamp is null
                || latest.Metadata.Finalizers?.Contains(NodeSmithNames.Finalizer) != true
            )
                return;
            // After the object was read: an autoscaler that creates a claim of a pool writes to the pool first, and the server then refuses
            // the patch.
            if (!await isUsed())
                await client.PatchAsync(type, name, ns, Patch.Merge(Without(latest)), cancellationToken);
        }
        catch (KubernetesException e) when (e.Code is HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.Forbidden)
        {
            // Deleted already, or left to an autoscaler.
        }
    }
}
