using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Errors;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Core.Nodes.Editing;

/// <summary>Sends changes of one node.</summary>
public static partial class NodePatcher
{
    // Writers of one node conflict at random: with this many attempts fifty concurrent writers succeed.
    private static readonly RetryPolicy Policy = RetryPolicy.Conflicts with { MaximumAttempts = 60 };

    /// <summary>Sends a patch that does not depend on the node's state, and resends it after a conflict.</summary>
    /// <exception cref="NodeManagerException">NodeReplaced: the node of the name has another UID than the target.</exception>
    public static Task<Node> PatchAsync(
        ClusterConnection connection,
        NodeTarget node,
        JsonObject patch,
        bool dryRun,
        CancellationToken cancellationToken
    ) =>
        Policy.RunAsync(
            async token =>
            {
                try
                {
                    return await SendAsync(connection, node, patch, dryRun, token);
                }
                catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Conflict || MayBeReplaced(refused, node))
                {
                    if (MayBeReplaced(refused, node))
                        await RefuseIfReplacedAsync(connection, node, token);
                    if (refused.Code == HttpStatusCode.Conflict && node.Version.Length > 0)
                        throw Changed(connection, node, refused);
                    throw;
                }
            },
            connection.Time,
            cancellationToken,
            (_, attempt) => LogConflict(connection.Logger, node.Name, attempt)
        );

    /// <summary>True if a refusal may mean that the node has another UID. The status code differs between servers.</summary>
    public static bool MayBeReplaced(KubernetesException refused, NodeTarget node) =>
        node.Uid.Length > 0 && refused.Code is (HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity);

    /// <exception cref="NodeManagerException">NodeReplaced.</exception>
    public static async Task RefuseIfReplacedAsync(ClusterConnection connection, NodeTarget node, CancellationToken cancellationToken)
    {
        try
        {
            RefuseIfReplaced(connection, node, await ReadAsync(connection.Client, node.Name, cancellationToken));
        }
        catch (KubernetesException)
        {
            // Without permission to read nodes, the refusal itself is reported.
        }
    }

    /// <summary>
    /// Sends a patch that depends on the node's state, with the resourceVersion as precondition, and rebuilds it after a conflict.
    /// </summary>
    /// <param name="make">
    /// Builds the merge patch for the current node, or null if nothing is to be done; throws if the change is not allowed.
    /// </param>
    public static Task<Node> ChangeAsync(
        ClusterConnection connection,
        NodeTarget node,
        Func<JsonObject, JsonObject?> make,
        bool dryRun,
        CancellationToken cancellationToken
    ) =>
        Policy.RunAsync(
            async token =>
            {
                JsonObject current = await ReadAsync(connection.Client, node.Name, token);
                RefuseIfReplaced(connection, node, current);
                if (!IsVersionOf(node, current))
                    throw Changed(connection, node);
                if (make(current) is not { } patch)
                    return current.Deserialize(KubernetesJson.Default.Node)!;
                Require(patch, "resourceVersion", current["metadata"]?["resourceVersion"]?.GetValue<string>());
                return await SendAsync(connection, node, patch, dryRun, token);
            },
            connection.Time,
            cancellationToken,
            (_, attempt) => LogConflict(connection.Logger, node.Name, attempt)
        );

    /// <summary>As above, for a node that was read before: one request if it is unchanged.</summary>
    public static async Task<Node> ChangeAsync(
        ClusterConnection connection,
        NodeTarget node,
        Node? known,
        Func<JsonObject, JsonObject?> make,
        CancellationToken cancellationToken
    )
    {
        if (
            known is { Metadata.ResourceVersion.Length: > 0 }
            && node.Matches(known.Metadata.Uid)
            && TryMake(() => make((JsonObject)JsonSerializer.SerializeToNode(known, KubernetesJson.Default.Node)!)) is { } patch
        )
        {
            Require(patch, "resourceVersion", known.Metadata.ResourceVersion);
            try
            {
                return await SendAsync(connection, node, patch, false, cancellationToken);
            }
            catch (KubernetesException refused) when (refused.Code is HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity)
            {
                LogOutdated(connection.Logger, node.Name);
            }
        }

        return await ChangeAsync(connection, node, make, false, cancellationToken);
    }

    /// <summary>As above, for a node that users hold: one request, which the server refuses if the node has changed since.</summary>
    /// <param name="known">The node as read; null or without a version for none.</param>
    /// <param name="make">Builds the merge patch or JSON patch, or null; throws if the change is not allowed.</param>
    /// <returns>Null if the known node does not suffice and has to be read.</returns>
    public static async Task<Node?> ChangeKnownAsync(
        ClusterConnection connection,
        NodeTarget node,
        ClusterNode? known,
        Func<ClusterNode, JsonNode?> make,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        // Without a resourceVersion the patch could not detect another client's change.
        if (known is not { ResourceVersion.Length: > 0 } || TryMake(() => make(known)) is not { } patch)
            return null;
        Require(patch, "resourceVersion", known.ResourceVersion);
        try
        {
            return await SendAsync(connection, node, patch, dryRun, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity)
        {
            LogOutdated(connection.Logger, node.Name);
            return null;
        }
    }

    // The obstacle may be gone since the node was read. Failures of the request itself are not of this kind.
    private static T? TryMake<T>(Func<T?> make)
        where T : JsonNode
    {
        try
        {
            return make();
        }
        catch (NodeManagerException)
        {
            return null;
        }
    }

    // The server compares the UID in the same step in which it applies the patch.
    private static async Task<Node> SendAsync(
        ClusterConnection connection,
        NodeTarget node,
        JsonNode patch,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        if (node.Uid.Length > 0)
            Require(patch, "uid", node.Uid);
        if (node.Version.Length > 0)
            Require(patch, "resourceVersion", node.Version);
        Node written = await connection.Client.PatchAsync(
            Resources.Nodes,
            node.Name,
            null,
            patch is JsonArray operations ? Patch.Json(operations) : Patch.Merge(patch.AsObject()),
            null,
            new RequestOptions { DryRun = dryRun },
            cancellationToken
        );
        // A watch lags; the next read of the cache contains the write.
        using CacheUse<Node>? nodes = dryRun ? null : connection.Caches().JoinOpen(Resources.Nodes);
        nodes?.Cache.AddOrUpdate(written);
        return written;
    }

    // A patch with a version or UID applies to that object only.
    private static void Require(JsonNode patch, string field, string? value)
    {
        if (patch is JsonArray operations)
        {
            operations.Insert(0, Patch.Operation("replace", "/metadata/" + field, value));
            return;
        }

        patch.AsObject().TryAdd("metadata", new JsonObject());
        patch["metadata"]![field] = value;
    }

    private static bool IsVersionOf(NodeTarget node, JsonObject current) =>
        node.Version.Length == 0 || node.Version == current["metadata"]?["resourceVersion"]?.GetValue<string>();

    private static NodeManagerException Changed(ClusterConnection connection, NodeTarget node, Exception? cause = null) =>
        new(
            ErrorIds.Conflict,
            ErrorKind.ResourceBusy,
            $"Node '{node.Name}' of '{connection.Cluster}' has changed since resourceVersion {node.Version}.",
            node.Name,
            "Read the node again, and repeat the change if it still applies.",
            cause
        );

    private static void RefuseIfReplaced(ClusterConnection connection, NodeTarget node, JsonObject current)
    {
        string? found = current["metadata"]?["uid"]?.GetValue<string>();
        if (!node.Matches(found))
            throw ErrorTranslator.NodeReplaced(node.Name, node.Uid, found, connection.Cluster);
    }

    private static async Task<JsonObject> ReadAsync(KubernetesClient client, string name, CancellationToken cancellationToken) =>
        await client.SendAsync(
            HttpMethod.Get,
            Resources.Nodes.Path(name: name),
            null,
            DocumentJson.Default.JsonObject,
            RequestOptions.Default,
            cancellationToken
        );

    [JsonSerializable(typeof(JsonObject))]
    private sealed partial class DocumentJson : JsonSerializerContext;
}
