using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Scheduling;

namespace NodeManager.Core.Nodes.Editing;

/// <summary>
/// Edits one node. Each change is the smallest patch, in one request if that is safe, retried after a conflict, and idempotent. All methods
/// return the changed node. Input is validated by Kubernetes' rules first.
/// </summary>
public static partial class NodeEditor
{
    /// <param name="node">A node that registered again under the name is refused (NodeReplaced).</param>
    /// <param name="overwrite">Allows changing an existing value; otherwise that is an error (ValueExists) and nothing is changed.</param>
    /// <param name="dryRun">The server validates, and stores nothing.</param>
    /// <param name="known">The node as read before (for example from the pipeline), which saves a request. It may be outdated.</param>
    public static async Task<ClusterNode> SetLabelsAsync(
        NodeManagerSession session,
        NodeTarget node,
        IReadOnlyDictionary<string, string> labels,
        bool overwrite,
        bool dryRun,
        CancellationToken cancellationToken,
        ClusterNode? known = null
    )
    {
        NodeInput.CheckLabels(labels);
        return await SetEntriesAsync(session, node, "labels", labels, overwrite, dryRun, known, cancellationToken);
    }

    /// <summary>Sets or removes one label if it still has the value that its editor saw.</summary>
    /// <param name="value">Null removes it.</param>
    /// <param name="seen">The value that the editor saw; null: absent.</param>
    /// <exception cref="NodeManagerException">Conflict: it was changed concurrently; nothing was changed.</exception>
    public static Task<ClusterNode> ChangeLabelAsync(
        NodeManagerSession session,
        NodeTarget node,
        string key,
        string? value,
        string? seen,
        CancellationToken cancellationToken,
        bool dryRun = false
    )
    {
        if (value is null)
            NodeInput.CheckLabelKeys([key]);
        else
            NodeInput.CheckLabels(new Dictionary<string, string> { [key] = value });
        return EditAsync(
            session,
            node,
            (connection, token) =>
                NodePatcher.ChangeAsync(
                    connection,
                    node,
                    current =>
                    {
                        ExpectedValues.CheckLabel(current, node.Name, key, seen, value);
                        return EntryEdit.Patch("labels", [new(key, value)]);
                    },
                    dryRun,
                    token
                ),
            cancellationToken
        );
    }

    /// <summary>Removes labels; missing ones are no error. Keys may have wildcards, see <see cref="KeyPatterns"/>.</summary>
    public static async Task<ClusterNode> RemoveLabelsAsync(
        NodeManagerSession session,
        NodeTarget node,
        IReadOnlyCollection<string> keys,
        bool dryRun,
        CancellationToken cancellationToken,
        ClusterNode? known = null
    )
    {
        NodeInput.CheckLabelKeys(keys.Where(k => !KeyPatterns.IsPattern(k)));
        return await RemoveEntriesAsync(session, node, "labels", keys, dryRun, known, cancellationToken);
    }

    public static async Task<ClusterNode> SetAnnotationsAsync(
        NodeManagerSession session,
        NodeTarget node,
        IReadOnlyDictionary<string, string> annotations,
        bool overwrite,
        bool dryRun,
        CancellationToken cancellationToken,
        ClusterNode? known = null
    )
    {
        NodeInput.CheckAnnotationKeys(annotations.Keys);
        return await SetEntriesAsync(session, node, "annotations", annotations, overwrite, dryRun, known, cancellationToken);
    }

    /// <summary>Removes annotations; missing ones are no error. Keys may have wildcards, see <see cref="KeyPatterns"/>.</summary>
    public static async Task<ClusterNode> RemoveAnnotationsAsync(
        NodeManagerSession session,
        NodeTarget node,
        IReadOnlyCollection<string> keys,
        bool dryRun,
        CancellationToken cancellationToken,
        ClusterNode? known = null
    )
    {
        NodeInput.CheckAnnotationKeys(keys.Where(k => !KeyPatterns.IsPattern(k)));
        return await RemoveEntriesAsync(session, node, "annotations", keys, dryRun, known, cancellationToken);
    }

    /// <summary>
    /// Sets taints, identified by key and effect. Changing the value of an existing one needs <paramref name="overwrite"/> (ValueExists).
    /// Taints of controllers are refused (TaintOwnedByController).
    /// </summary>
    public static async Task<ClusterNode> SetTaintsAsync(
        NodeManagerSession session,
        NodeTarget node,
        IReadOnlyList<NodeTaint> taints,
        bool overwrite,
        bool dryRun,
        CancellationToken cancellationToken,
        ClusterNode? known = null
    )
    {
        NodeInput.CheckTaints(taints);
        return await ChangeTaintsAsync(
            session,
            node,
            current => TaintEdit.Set(current, taints, overwrite, node.Name),
            dryRun,
            known,
            cancellationToken
        );
    }

    /// <summary>
    /// Removes taints by key and effect, or all effects of a key; missing ones are no error. Keys may have wildcards, see <see
    /// cref="KeyPatterns"/>, which do not match taints of controllers.
    /// </summary>
    /// <param name="node">A node that registered again under the name is refused (NodeReplaced).</param>
    /// <param name="taints">A null effect means every effect of the key.</param>
    public static async Task<ClusterNode> RemoveTaintsAsync(
        NodeManagerSession session,
        NodeTarget node,
        IReadOnlyList<TaintMatch> taints,
        bool dryRun,
        CancellationToken cancellationToken,
        ClusterNode? known = null
    )
    {
        NodeInput.CheckTaintKeys([.. taints.Select(static taint => (taint.Key, taint.Effect))]);
        return await ChangeTaintsAsync(session, node, current => TaintEdit.Remove(current, taints), dryRun, known, cancellationToken);
    }

    /// <summary>Sets or removes one taint if it still has the value that its editor saw.</summary>
    /// <param name="taint">Key, effect, and the value to set.</param>
    /// <param name="remove">True removes the taint.</param>
    /// <param name="seen">The value that the editor saw; null: absent.</param>
    /// <exception cref="NodeManagerException">Conflict: it was changed concurrently; nothing was changed.</exception>
    public static Task<ClusterNode> ChangeTaintAsync(
        NodeManagerSession session,
        NodeTarget node,
        NodeTaint taint,
        bool remove,
        string? seen,
        CancellationToken cancellationToken,
        bool dryRun = false
    )
    {
        if (remove)
            NodeInput.CheckTaintKeys([(taint.Key, taint.Effect)]);
        else
            NodeInput.CheckTaints([taint]);
        return ChangeTaintsAsync(
            session,
            node,
            current =>
            {
                ExpectedValues.CheckTaint(current, node.Name, (taint.Key, taint.Effect), seen, remove ? null : taint.Value);
                return remove
                    ? TaintEdit.Remove(current, [(taint.Key, taint.Effect)])
                    : TaintEdit.Set(current, [taint], overwrite: true, node.Name);
            },
            dryRun,
            null,
            cancellationToken
        );
    }

    /// <summary>
    /// Cordons (true) or uncordons (false). Uncordoning clears the annotation and conditions of a drain, releases the node from a
    /// maintenance run with everything that the run has set, and cancels an operation that works on the node.
    /// </summary>
    /// <param name="node">A node that registered again under the name is refused (NodeReplaced).</param>
    /// <param name="callsOff">Receives the operation that uncordoning the node cancels.</param>
    public static async Task<ClusterNode> SetUnschedulableAsync(
        NodeManagerSession session,
        NodeTarget node,
        bool unschedulable,
        bool dryRun,
        CancellationToken cancellationToken,
        Action<NodeLock>? callsOff = null
    )
    {
        // A merge patch without effect changes nothing, so no read is needed first.
        var patch = new JsonObject { ["spec"] = new JsonObject { ["unschedulable"] = unschedulable ? true : null } };
        if (!unschedulable)
            patch["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [DrainAnnotation.Key] = null } };
        return await EditAsync(
            session,
            node,
            async (connection, token) =>
            {
                Node changed = await NodePatcher.PatchAsync(connection, node, patch, dryRun, token);
                if (unschedulable)
                    return changed;
                NodeLock? working = NodeLock.Read(changed);
                if (working is not null)
                    callsOff?.Invoke(working);
                if (dryRun)
                    return await PreviewUncordonAsync(connection, node, changed, session.Who(), token);
                // A cordon before the holder observes the uncordon would hide it.
                if (working is { CancelledBy: null })
                {
                    changed = await NodePatcher.ChangeAsync(
                        connection,
                        node.AnyVersion,
                        changed,
                        current =>
                            NodeLock.Read(current) is { } held && held.IsSameHold(working) && held.Cancel(session.Who()) is { } cancelled
                                ? NodeLock.Patch(cancelled)
                                : null,
                        token
                    );
                }

                if (MaintenanceClaim.IsInWork(changed))
                    changed = await NodePatcher.ChangeAsync(connection, node.AnyVersion, MaintenanceClaim.Undoing, false, token);
                return await EndDrainAsync(connection, changed, false, token) ?? changed;
            },
            cancellationToken
        );
    }

    // A dry run stores nothing, so that the later requests of an uncordon do not see the first change: their results are combined here.
    private static async Task<Node> PreviewUncordonAsync(
        ClusterConnection connection,
        NodeTarget node,
        Node changed,
        string by,
        CancellationToken cancellationToken
    )
    {
        if (MaintenanceClaim.IsInWork(changed))
        {
            changed = await NodePatcher.ChangeAsync(
                connection,
                node.AnyVersion,
                static current =>
                {
                    JsonObject? undoing = MaintenanceClaim.Undoing(current);
                    if (undoing is null)
                        return null;
                    undoing["metadata"]!["annotations"]![DrainAnnotation.Key] = null;
                    undoing["spec"] = new JsonObject { ["unschedulable"] = null };
                    return undoing;
                },
                true,
                cancellationToken
            );
        }

        if (await EndDrainAsync(connection, changed, true, cancellationToken) is { } ended)
            changed.Status.Conditions = ended.Status.Conditions;
        if (NodeLock.Read(changed)?.Cancel(by) is { } cancelled)
            changed.Metadata.Annotations![NodeLock.Key] = cancelled.ToJson();
        return changed;
    }

    // The conditions of a drain end when the node is uncordoned. Without permission to write them, the uncordon still succeeds.
    private static async Task<Node?> EndDrainAsync(
        ClusterConnection connection,
        Node node,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await LifecycleConditions.ClearAsync(
                connection.Client,
                connection.Time.GetUtcNow(),
                node,
                [NodeLifecycleCondition.DrainInProgress, NodeLifecycleCondition.Drained],
                "Resumed",
                cancellationToken,
                dryRun
            );
        }
        catch (KubernetesException refused)
            when (refused.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity)
        {
            LogConditionsLeft(connection.Logger, node.Metadata.Name, refused.Message);
            return null;
        }
    }

    /// <summary>
    /// Deletes the Node object. Refuses (NodeHoldsPods) while pods other than DaemonSet-managed, mirror and completed pods are on it,
    /// because the pod garbage collector would remove them without their grace period, unless <paramref name="includePods"/>.
    /// </summary>
    public static async Task DeleteAsync(
        NodeManagerSession session,
        NodeTarget node,
        bool includePods,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        NodeInput.RequireName(node.Name);
        await ClusterOperation.RunAsync(
            session,
            node.Name,
            async (connection, token) =>
            {
                Task<string?> meant = node.Uid.Length > 0 ? Task.FromResult<string?>(node.Uid) : UidAsync(connection, node.Name, token);
                await Task.WhenAll(meant, includePods ? Task.CompletedTask : RefuseIfHoldingPodsAsync(connection, node.Name, token));
                var options = new DeleteOptions
                {
                    // A node that registers again meanwhile is another node.
                    Preconditions = new() { Uid = await meant },
                    DryRun = dryRun ? ["All"] : null,
                };
                try
                {
                    await connection.Client.DeleteAsync(Resources.Nodes, node.Name, null, options, token);
                }
                catch (KubernetesException refused) when (NodePatcher.MayBeReplaced(refused, node))
                {
                    await NodePatcher.RefuseIfReplacedAsync(connection, node, token);
                    throw;
                }

                return true;
            },
            cancellationToken
        );
    }

    /// <exception cref="NodeManagerException">NodeNotFound, NodeReplaced.</exception>
    public static Task<ClusterNode> ReadAsync(NodeManagerSession session, NodeTarget node, CancellationToken cancellationToken) =>
        EditAsync(
            session,
            node,
            (connection, token) => NodePatcher.ChangeAsync(connection, node, static _ => null, false, token),
            cancellationToken
        );

    /// <summary>
    /// Describes the differences of a node before and after a change; empty without any. An absent value and an empty one differ.
    /// </summary>
    public static string Describe(ClusterNode before, ClusterNode after) => string.Join("; ", NodeDifference.Between(before, after));

    /// <summary>The differences as data.</summary>
    public static IReadOnlyList<NodeFieldChange> Compare(ClusterNode before, ClusterNode after) => NodeDifference.Between(before, after);

    private static async Task<string?> UidAsync(ClusterConnection connection, string name, CancellationToken cancellationToken) =>
        (await connection.Client.GetAsync(Resources.Nodes, name, null, cancellationToken)).Metadata.Uid;

    private static Task<ClusterNode> SetEntriesAsync(
        NodeManagerSession session,
        NodeTarget node,
        string field,
        IReadOnlyDictionary<string, string> entries,
        bool overwrite,
        bool dryRun,
        ClusterNode? known,
        CancellationToken cancellationToken
    )
    {
        // No read is needed to overwrite: the patch names its own keys only.
        JsonObject Overwriting() => EntryEdit.Patch(field, entries.Select(e => KeyValuePair.Create(e.Key, (string?)e.Value)));
        JsonObject? Missing(JsonObject current) => EntryEdit.SetMissing(current, field, entries, node.Name);
        return EditAsync(
            session,
            node,
            async (connection, token) =>
                overwrite
                    ? await NodePatcher.PatchAsync(connection, node, Overwriting(), dryRun, token)
                    : await NodePatcher.ChangeKnownAsync(connection, node, known, read => Missing(EntryEdit.Document(read)), dryRun, token)
                        ?? await NodePatcher.ChangeAsync(connection, node, Missing, dryRun, token),
            cancellationToken
        );
    }

    private static Task<ClusterNode> RemoveEntriesAsync(
        NodeManagerSession session,
        NodeTarget node,
        string field,
        IReadOnlyCollection<string> keys,
        bool dryRun,
        ClusterNode? known,
        CancellationToken cancellationToken
    )
    {
        // Plain keys need no read; patterns are matched against the current node.
        bool hasPatterns = keys.Any(KeyPatterns.IsPattern);
        JsonObject Named() => EntryEdit.Patch(field, keys.Distinct().Select(k => KeyValuePair.Create(k, (string?)null)));
        JsonObject? Matching(JsonObject current) => EntryEdit.Remove(current, field, keys);
        return EditAsync(
            session,
            node,
            async (connection, token) =>
                !hasPatterns
                    ? await NodePatcher.PatchAsync(connection, node, Named(), dryRun, token)
                    : await NodePatcher.ChangeKnownAsync(connection, node, known, read => Matching(EntryEdit.Document(read)), dryRun, token)
                        ?? await NodePatcher.ChangeAsync(connection, node, Matching, dryRun, token),
            cancellationToken
        );
    }

    private static Task<ClusterNode> ChangeTaintsAsync(
        NodeManagerSession session,
        NodeTarget node,
        Func<JsonArray?, JsonArray?> change,
        bool dryRun,
        ClusterNode? known,
        CancellationToken cancellationToken
    )
    {
        JsonObject? Patch(JsonObject current) =>
            change(current["spec"]?["taints"] as JsonArray) is { } taints
                ? new() { ["spec"] = new JsonObject { ["taints"] = taints } }
                : null;
        JsonArray? Operations(ClusterNode read) =>
            change(TaintEdit.Document(read.Taints)) is { } taints ? TaintEdit.Operations(read.Taints, taints) : null;
        return EditAsync(
            session,
            node,
            async (connection, token) =>
                await NodePatcher.ChangeKnownAsync(connection, node, known, Operations, dryRun, token)
                ?? await NodePatcher.ChangeAsync(connection, node, Patch, dryRun, token),
            cancellationToken
        );
    }

    private static async Task<ClusterNode> EditAsync(
        NodeManagerSession session,
        NodeTarget node,
        Func<ClusterConnection, CancellationToken, Task<Node>> edit,
        CancellationToken cancellationToken
    )
    {
        NodeInput.RequireName(node.Name);
        return await ClusterOperation.RunAsync(
            session,
            node.Name,
            async (connection, token) => NodeMapper.Map(await edit(connection, token), session, connection.Time.GetUtcNow()),
            cancellationToken
        );
    }

    private static async Task RefuseIfHoldingPodsAsync(ClusterConnection connection, string name, CancellationToken cancellationToken)
    {
        var pods = await connection.Client.ListAsync(Resources.Pods, new() { FieldSelector = $"spec.nodeName={name}" }, cancellationToken);
        string[] held = [.. pods.Items.Where(IsHeld).Select(p => p.Key())];
        if (held.Length == 0)
            return;
        string names = string.Join(", ", held.Take(5)) + (held.Length > 5 ? ", …" : "");
        throw new NodeManagerException(
            ErrorIds.NodeHoldsPods,
            ErrorKind.ResourceBusy,
            $"Node '{name}' in cluster '{connection.Cluster}' has {held.Length} pods that would be deleted without their grace period: {names}.",
            name,
            "Drain the node first with Invoke-NodeDrain. To delete the pods with it, use -IncludePod."
        );
    }

    private static bool IsHeld(Pod pod) => !pod.IsFinished() && !pod.IsMirror() && pod.Controller()?.Kind != "DaemonSet";
}
