using System.Text.Json.Nodes;
using NodeManager.Core.Drain.State;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Running;

/// <summary>
/// Cordons a node and records in the same patch who drains it, why and since when. The patch carries the UID of the node that the survey saw.
/// Needs no permission but to patch nodes.
/// </summary>
internal static class NodeCordon
{
    // How long a cordon that is on its way may take to end after the drain was cancelled.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>Whether a drain has begun on the node, and it was not put back into service since.</summary>
    public static bool IsBegun(Node node) => node.Spec.Unschedulable == true && DrainAnnotation.Read(node) is not null;

    /// <summary>
    /// Sends nothing where a drain has cordoned the node before. Cancelled while the request is on its way, it still sees how that ends:
    /// the server may have done it, and the result has to say so.
    /// </summary>
    /// <returns>What was noted on a node that took pods before; null for one that was cordoned already.</returns>
    /// <exception cref="NodeManagerException">NodeReplaced: another node has registered under the name since the survey.</exception>
    public static async Task<DrainAnnotation?> ApplyAsync(DrainScope scope, Node node, CancellationToken cancellationToken)
    {
        if (IsBegun(node)) return null;
        DrainAnnotation note = new(scope.Session.Who(), scope.Options.Reason, scope.Now);
        JsonObject patch = Patching(note.ToJson(), true);
        await scope.Throttle.WaitAsync(cancellationToken);
        try
        {
            using CancellationTokenSource lingering = new(Timeout.InfiniteTimeSpan, scope.Time);
            await using CancellationTokenRegistration registration = cancellationToken.Register(() => lingering.CancelAfter(Grace));
            await NodePatcher.PatchAsync(scope.Connection, Target(node), patch, false, lingering.Token);
            return node.Spec.Unschedulable == true ? null : note;
        }
        finally
        {
            scope.Throttle.Release();
        }
    }

    /// <summary>Uncordons the node if it still carries the note of that cordon. True when it takes pods afterwards.</summary>
    public static async Task<bool> UndoAsync(DrainScope scope, Node node, DrainAnnotation note, CancellationToken cancellationToken)
    {
        string mine = note.ToJson();
        Node after = await NodePatcher.ChangeAsync(
            scope.Connection, Target(node),
            current => (string?)current["metadata"]?["annotations"]?[DrainAnnotation.Key] == mine ? Patching(null, null) : null,
            false, cancellationToken);
        return after.Spec.Unschedulable != true;
    }

    private static NodeTarget Target(Node node) => new(node.Metadata.Name, node.Metadata.Uid ?? "");

    private static JsonObject Patching(string? note, bool? unschedulable) => new()
    {
        ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [DrainAnnotation.Key] = note } },
        ["spec"] = new JsonObject { ["unschedulable"] = unschedulable },
    };
}
