using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Scheduling;

namespace NodeManager.Core.Nodes.Editing;

/// <summary>
/// Changes one node. Every change is the smallest patch, one request where that is safe, re-read and retried on a conflict, and safe to
/// run twice. All return the node as it is afterwards. Input is validated by Kubernetes' rules before anything is sent.
/// </summary>
public static partial class NodeEditor
{
    /// <param name="session">Where.</param>
    /// <param name="node">Which one; one that registered again under the name is refused (NodeReplaced).</param>
    /// <param name="labels">To set.</param>
    /// <param name="overwrite">Allow changing a value that is there; otherwise that is an error (ValueExists) and nothing is changed.</param>
    /// <param name="dryRun">Have the server check, and store nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="known">The node as read before (from the pipeline, say); spares reading it. It may be outdated.</param>
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

    /// <summary>Sets or removes one label where it still is as its editor saw it.</summary>
    /// <param name="session">Where.</param>
    /// <param name="node">Which one.</param>
    /// <param name="key">Of the label.</param>
    /// <param name="value">Null removes it.</param>
    /// <param name="seen">Its value as seen; null: it was absent.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NodeManagerException">Conflict: it was changed meanwhile; nothing was changed.</exception>
    public static Task<ClusterNode> ChangeLabelAsync(
        NodeManagerSession session,
        NodeTarget node,
        string key,
        string? value,
        string? seen,
        CancellationToken cancellationToken
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
                        SeenValues.CheckLabel(current, node.Name, key, seen, value);
                        return EntryEdit.Patch("labels", [new(key, value)]);
                    },
                    false,
                    token
                ),
            cancellationToken
        );
    }

    /// <summary>Removes labels; those that are not there are no error. Keys may have wildcards, see <see cref="KeyPatterns"/>.</summary>
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

    /// <summary>As <see cref="SetLabelsAsync"/>, for annotations.</summary>
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

    /// <summary>Removes annotations; those that are not there are no error. Keys may have wildcards, see <see cref="KeyPatterns"/>.</summary>
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
    /// Sets taints; each is identified by key and effect. Another value of an existing one needs <paramref name="overwrite"/> (ValueExists).
    /// Taints that controllers own are refused (TaintOwnedByController).
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
    /// Removes taints by key and effect, or by key alone all of its effects; those that are not there are no error. Keys may have wildcards,
    /// see <see cref="KeyPatterns"/>; what controllers own does not match them.
    /// </summary>
    /// <param name="session">Where.</param>
    /// <param name="node">Which one; one that registered again under the name is refused (NodeReplaced).</param>
    /// <param name="taints">Key and effect; a null effect means every effect of the key.</param>
    /// <param name="dryRun">Have the server check, and store nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<ClusterNode> RemoveTaintsAsync(
        NodeManagerSession session,
        NodeTarget node,
        IReadOnlyList<(string Key, string? Effect)> taints,
        bool dryRun,
        CancellationToken cancellationToken,
        ClusterNode? known = null
    )
    {
        NodeInput.CheckTaintKeys(taints);
        return await ChangeTaintsAsync(session, node, current => TaintEdit.Remove(current, taints), dryRun, known, cancellationToken);
    }

    /// <summary>Sets or removes one taint where it still is as its editor saw it.</summary>
    /// <param name="session">Where.</param>
    /// <param name="node">Which one.</param>
    /// <param name="taint">Its key and effect; the value to set.</param>
    /// <param name="remove">Remove it instead.</param>
    /// <param name="seen">Its value as seen; null: it was absent.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NodeManagerException">Conflict: it was changed meanwhile; nothing was changed.</exception>
    public static Task<ClusterNode> ChangeTaintAsync(
        NodeManagerSession session,
        NodeTarget node,
        NodeTaint taint,
        bool remove,
        string? seen,
        CancellationToken cancellationToken
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
                SeenValues.CheckTaint(current, node.Name, (taint.Key, taint.Effect), seen, remove ? null : taint.Value);
                return remove
                    ? TaintEdit.Remove(current, [(taint.Key, taint.Effect)])
                    : TaintEdit.Set(current, [taint], overwrite: true, node.Name);
            },
            false,
            null,
            cancellationToken
        );
    }

    /// <summary>
    /// Cordons (true) or uncordons (false). Uncordoning clears the annotation and conditions that a drain of ours left; a node that a maintenance has
    /// cordoned is taken from it, with all that it had set. An operation that works on the node is called off: its holder stops.
    /// </summary>
    /// <param name="session">Where.</param>
    /// <param name="node">Which one; one that registered again under the name is refused (NodeReplaced).</param>
    /// <param name="unschedulable">Cordon, or uncordon.</param>
    /// <param name="dryRun">Have the server check, and store nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="callsOff">Gets the operation that uncordoning the node calls off.</param>
    public static async Task<ClusterNode> SetUnschedulableAsync(
        NodeManagerSession session,
        NodeTarget node,
        bool unschedulable,
        bool dryRun,
        CancellationToken cancellationToken,
        Action<NodeLock>? callsOff = null
    )
    {
        // A merge patch that finds everything so already changes nothing, so no look is needed first.
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
                // Cordoned again before the holder sees it, the node would look as if nothing had happened.
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

    // A dry run stores nothing, so the later requests of an uncordon do not see what the first one changed: their results are put together here.
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

    // What a drain of ours said by conditions is over when the node takes pods again. A user who may not write them has uncordoned it all the same.
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
    /// Deletes the Node object. Refuses (NodeHoldsPods) while pods other than DaemonSets', mirror and finished pods are on it, as the pod
    /// garbage collector would remove them without their grace, unless <paramref name="includePods"/>.
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
                    // A node that registers again in between is another node.
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

    /// <summary>The node as it is.</summary>
    /// <exception cref="NodeManagerException">NodeNotFound, NodeReplaced.</exception>
    public static Task<ClusterNode> ReadAsync(NodeManagerSession session, NodeTarget node, CancellationToken cancellationToken) =>
        EditAsync(
            session,
            node,
            (connection, token) => NodePatcher.ChangeAsync(connection, node, static _ => null, false, token),
            cancellationToken
        );

    /// <summary>What differs between a node before and after a change, in words; empty if nothing does. An absent value and an empty one differ.</summary>
    public static string Describe(ClusterNode before, ClusterNode after) => string.Join("; ", NodeDifference.Between(before, after));

    /// <summary>The same as data.</summary>
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
        // What may be overwritten need not be looked at: the patch names its own keys only and leaves other writers' alone.
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
        // Names of keys say all by themselves; what patterns stand for depends on what is there.
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
        string shown = string.Join(", ", held.Take(5)) + (held.Length > 5 ? ", …" : "");
        throw new NodeManagerException(
            ErrorIds.NodeHoldsPods,
            ErrorKind.ResourceBusy,
            $"Node '{name}' in cluster '{connection.Cluster}' has {held.Length} pods that would be deleted without their grace period: {shown}.",
            name,
            "Drain the node first with Invoke-NodeDrain. To delete the pods with it, use -IncludePod."
        );
    }

    private static bool IsHeld(Pod pod) => !pod.IsFinished() && !pod.IsMirror() && pod.Controller()?.Kind != "DaemonSet";
}
