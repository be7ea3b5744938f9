using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Controllers.Caching;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Autoscaling.Reconciliation;

/// <summary>
/// Patches objects of KubeNodeSmith's kinds with the resourceVersion as precondition, so that no decision is based on a stale cache. The
/// answer is in the cache immediately.
/// </summary>
public sealed class NodeSmithWriter<T, TSpec, TStatus>(
    KubernetesClient client,
    ResourceType<T> type,
    JsonTypeInfo<TStatus> statusType,
    ObjectCache<T> cache
)
    where T : NodeSmithObject<TSpec, TStatus>
    where TSpec : new()
    where TStatus : class, new()
{
    private static readonly RetryPolicy Policy = RetryPolicy.Conflicts with { MaximumAttempts = 5 };

    /// <returns>The current object.</returns>
    /// <exception cref="KubernetesException">Conflict: it has changed since.</exception>
    public async Task<T> WriteStatusAsync(T item, Action<TStatus> change, CancellationToken cancellationToken)
    {
        JsonObject before = ToJson(item.Status ?? new());
        TStatus status = before.Deserialize(statusType)!;
        change(status);
        JsonObject after = ToJson(status);
        var changed = new JsonObject();
        foreach ((string name, JsonNode? value) in after)
        {
            if (!JsonNode.DeepEquals(value, before[name]))
                changed[name] = value?.DeepClone();
        }

        foreach ((string name, _) in before)
        {
            if (!after.ContainsKey(name))
                changed[name] = null;
        }

        if (changed.Count == 0)
            return item;
        JsonObject patch = For(item);
        patch["status"] = changed;
        return await SendAsync(item, patch, "status", cancellationToken);
    }

    /// <summary>As above, for a change that must not be lost: after a conflict it is repeated on the current object.</summary>
    /// <param name="isStill">False if the change no longer applies to the current object; then nothing is written.</param>
    /// <returns>Null if it was not written.</returns>
    public async Task<T?> KeepStatusAsync(T item, Func<T, bool> isStill, Action<TStatus> change, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await WriteStatusAsync(item, change, cancellationToken);
            }
            catch (KubernetesException e) when (e.Code == HttpStatusCode.Conflict && attempt < Policy.MaximumAttempts)
            {
                if (await ReadAsync(item, cancellationToken) is not { } now || now.Metadata.Uid != item.Metadata.Uid || !isStill(now))
                    return null;
                item = now;
                await client.Time.DelayAsync(Policy.PauseAfter(attempt), cancellationToken);
            }
            catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
            {
                return null;
            }
        }
    }

    /// <summary>Sets an annotation.</summary>
    /// <exception cref="KubernetesException">Conflict: it has changed since.</exception>
    public Task<T> AnnotateAsync(T item, string name, string value, CancellationToken cancellationToken)
    {
        JsonObject patch = For(item);
        patch["metadata"]!["annotations"] = new JsonObject { [name] = value };
        return SendAsync(item, patch, null, cancellationToken);
    }

    public static bool IsHeld(T item) => item.Metadata.Finalizers?.Contains(NodeSmithNames.Finalizer) == true;

    /// <summary>Adds our finalizer.</summary>
    public Task<T> AddFinalizerAsync(T item, CancellationToken cancellationToken)
    {
        JsonObject patch = For(item);
        patch["metadata"]!["finalizers"] = new JsonArray([
            .. (item.Metadata.Finalizers ?? []).Append(NodeSmithNames.Finalizer).Select(static one => (JsonNode)one),
        ]);
        return SendAsync(item, patch, null, cancellationToken);
    }

    /// <summary>Removes our finalizer, and adds annotations in the same step.</summary>
    public async Task ReleaseAsync(
        T item,
        CancellationToken cancellationToken,
        params IReadOnlyList<KeyValuePair<string, string>> annotations
    )
    {
        JsonObject patch = NodeSmithFinalizer.Without(item);
        if (annotations.Count > 0)
            patch["metadata"]!["annotations"] = new JsonObject(
                annotations.Select(static one => KeyValuePair.Create<string, JsonNode?>(one.Key, one.Value))
            );
        await SendAsync(item, patch, null, cancellationToken);
    }

    /// <summary>The server's object, which is then in the cache, too. Null: it is gone.</summary>
    public async Task<T?> ReadAsync(T item, CancellationToken cancellationToken)
    {
        T? now = await client.FindAsync(type, item.Metadata.Name, item.Metadata.Namespace, cancellationToken);
        if (now is not null)
            cache.AddOrUpdate(now);
        return now;
    }

    private async Task<T> SendAsync(T item, JsonObject patch, string? subresource, CancellationToken cancellationToken)
    {
        T now = await client.PatchAsync(
            type,
            item.Metadata.Name,
            item.Metadata.Namespace,
            Patch.Merge(patch),
            subresource,
            RequestOptions.Default,
            cancellationToken
        );
        cache.AddOrUpdate(now);
        return now;
    }

    private static JsonObject For(T item) =>
        new()
        {
            ["metadata"] = new JsonObject { ["uid"] = item.Metadata.Uid, ["resourceVersion"] = item.Metadata.ResourceVersion },
        };

    private JsonObject ToJson(TStatus status) => JsonSerializer.SerializeToNode(status, statusType)!.AsObject();
}
