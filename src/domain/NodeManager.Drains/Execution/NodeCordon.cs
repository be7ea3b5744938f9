using System.Text.Json.Nodes;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Progress;

namespace NodeManager.Drains.Execution;

/// <summary>
/// Cordons a node, takes its lock, and records who drains it, why and since when, in one patch. Preconditions: the UID that the survey
/// read, and a resourceVersion without another lock.
/// </summary>
internal static class NodeCordon
{
    // How long a cordon request in progress may take after a cancellation.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>True if a drain has begun on the node and the node was not uncordoned since.</summary>
    public static bool IsBegun(Node node) => node.Spec.Unschedulable == true && DrainAnnotation.Read(node) is not null;

    /// <summary>
    /// Takes only the lock if a drain has cordoned the node before. A request in progress is completed after a cancellation: the server may
    /// have applied it, and the result has to report that.
    /// </summary>
    /// <returns>The lock, the current node, and the written annotation if the node was schedulable before.</returns>
    /// <exception cref="NodeManagerException">
    /// NodeReplaced: another node has registered under the name since the survey. NodeBusy.
    /// </exception>
    public static async Task<(NodeLockHold Hold, Node Node, DrainAnnotation? Note)> ApplyAsync(
        DrainScope scope,
        NodeLockUse use,
        Node node,
        CancellationToken cancellationToken
    )
    {
        DrainAnnotation annotation = new(scope.Session.Who(), scope.Options.Reason, scope.Now);
        string text = annotation.ToJson();
        bool wasCordoned = false;
        JsonObject Make(JsonObject current)
        {
            wasCordoned = (bool?)current["spec"]?["unschedulable"] == true;
            return wasCordoned && DrainAnnotation.Parse((string?)current["metadata"]?["annotations"]?[DrainAnnotation.Key]) is not null
                ? []
                : Patching(text, true);
        }

        await scope.Throttle.WaitAsync(cancellationToken);
        try
        {
            using CancellationTokenSource lingering = new(Timeout.InfiniteTimeSpan, scope.Time);
            void Limit() => lingering.CancelAfter(scope.GraceOf(Grace));
            await using CancellationTokenRegistration stopped = cancellationToken.Register(Limit),
                interrupted = scope.Interruption.Register(Limit);
            (NodeLockHold hold, Node written) = await NodeLocks.TakeAsync(scope.Session, Target(node), node, use, Make, lingering.Token);
            return (hold, written, wasCordoned ? null : annotation);
        }
        finally
        {
            scope.Throttle.Release();
        }
    }

    /// <summary>
    /// Uncordons the node and removes the lock, if the node still has the annotation of that cordon. True if the node is schedulable
    /// afterwards.
    /// </summary>
    public static async Task<bool> UndoAsync(DrainScope scope, Node node, DrainAnnotation annotation, CancellationToken cancellationToken)
    {
        string mine = annotation.ToJson();
        Node after = await NodePatcher.ChangeAsync(
            scope.Connection,
            Target(node),
            current =>
                (string?)current["metadata"]?["annotations"]?[DrainAnnotation.Key] == mine
                    ? NodeLocks.Into(Patching(null, null), null)
                    : null,
            false,
            cancellationToken
        );
        return after.Spec.Unschedulable != true;
    }

    private static NodeTarget Target(Node node) => new(node.Metadata.Name, node.Metadata.Uid ?? "");

    private static JsonObject Patching(string? annotation, bool? unschedulable) =>
        new()
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [DrainAnnotation.Key] = annotation } },
            ["spec"] = new JsonObject { ["unschedulable"] = unschedulable },
        };
}
