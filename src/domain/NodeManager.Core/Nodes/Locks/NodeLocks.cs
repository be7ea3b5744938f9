using System.Security.Cryptography;
using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;

namespace NodeManager.Core.Nodes.Locks;

/// <summary>Takes and cancels the locks of nodes. Needs only the permission to get and patch nodes.</summary>
public static class NodeLocks
{
    private static readonly string Process = $"{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(6, true)}";

    internal static string HolderOf(NodeManagerSession session) => $"{session.ProcessUser()}/{Process}";

    public static ObservedLocks ObservedLocks(this ClusterConnection connection) =>
        connection.Get(static one => new ObservedLocks(one.Time));

    /// <summary>The live lock of another operation on the node; null if the node is free.</summary>
    public static NodeLock? FindOther(this ClusterConnection connection, Node node, string operation) =>
        connection.ObservedLocks().Observe(node.Metadata.Uid ?? "", NodeLock.Read(node)) is { } there && there.Operation != operation
            ? there
            : null;

    /// <summary>The live locks on the nodes, by node UID.</summary>
    public static IReadOnlyDictionary<string, NodeLock> FindOthers(this ClusterConnection connection, IEnumerable<Node> nodes)
    {
        Dictionary<string, NodeLock> locks = new(StringComparer.Ordinal);
        foreach (Node node in nodes)
            if (connection.FindOther(node, "") is { } held)
                locks[node.Metadata.Uid ?? ""] = held;
        return locks;
    }

    /// <summary>Changes a node and takes its lock in the same patch, with the node's resourceVersion as precondition.</summary>
    /// <param name="known">The node as read before, which saves a request; null for none.</param>
    /// <param name="change">Builds the merge patch for the current node; throws if the change is not allowed.</param>
    /// <exception cref="NodeBusyException">Another operation holds the lock.</exception>
    public static async Task<(NodeLockHold Hold, Node Node)> TakeAsync(
        NodeManagerSession session,
        NodeTarget node,
        Node? known,
        NodeLockUse use,
        Func<JsonObject, JsonObject> change,
        CancellationToken cancellationToken
    )
    {
        ClusterConnection connection = session.Connection();
        NodeLock mine = Create(session, use);
        Node written = await NodePatcher.ChangeAsync(
            connection,
            node,
            known,
            current =>
            {
                RefuseIfBusy(connection, current, mine);
                return Into(change(current), mine);
            },
            cancellationToken
        );
        return (new(connection, mine, written), written);
    }

    public static NodeLock Create(NodeManagerSession session, NodeLockUse use) =>
        new()
        {
            Kind = use.Kind,
            Holder = HolderOf(session),
            Operation = use.Operation,
            DurationSeconds = (int)use.Duration.TotalSeconds,
            RenewedAt = session.Time().GetUtcNow(),
        };

    /// <exception cref="NodeBusyException">Another operation holds the lock.</exception>
    public static void RefuseIfBusy(ClusterConnection connection, JsonObject current, NodeLock mine)
    {
        string uid = (string?)current["metadata"]?["uid"] ?? "",
            name = (string?)current["metadata"]?["name"] ?? "";
        if (connection.ObservedLocks().Observe(uid, NodeLock.Read(current)) is { } there && there.Operation != mine.Operation)
            throw new NodeBusyException(there, name, connection.Cluster);
    }

    /// <summary>Adds the lock to a patch, or its removal (null).</summary>
    public static JsonObject Into(JsonObject patch, NodeLock? written)
    {
        patch.TryAdd("metadata", new JsonObject());
        patch["metadata"]!.AsObject().TryAdd("annotations", new JsonObject());
        patch["metadata"]!["annotations"]![NodeLock.Key] = written?.ToJson();
        return patch;
    }

    /// <summary>
    /// Requests the operation that holds the node to stop, wherever it runs. Its holder stops within seconds; the node stays cordoned.
    /// </summary>
    /// <param name="operation">Only this operation; null for any.</param>
    /// <param name="by">The requesting user.</param>
    /// <returns>The lock of the operation; null if there is none.</returns>
    public static Task<NodeLock?> CancelAsync(
        NodeManagerSession session,
        NodeTarget node,
        string? operation,
        string by,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            node.Name,
            async (connection, token) =>
            {
                NodeLock? marked = null;
                await NodePatcher.ChangeAsync(
                    connection,
                    node,
                    current =>
                    {
                        marked = NodeLock.Read(current) is { } there && (operation is null || there.Operation == operation) ? there : null;
                        return marked?.Cancel(by) is { } cancelled ? NodeLock.Patch(cancelled) : null;
                    },
                    false,
                    token
                );
                return marked;
            },
            cancellationToken
        );
}
