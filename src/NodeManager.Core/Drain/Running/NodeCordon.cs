using System.Text.Json.Nodes;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Drain.Running;

/// <summary>Cordons a node and notes in the same patch who drains it, why and since when. Needs no permission but to patch nodes.</summary>
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
    public static async Task ApplyAsync(DrainScope scope, Node node, CancellationToken cancellationToken)
    {
        if (IsBegun(node)) return;
        DrainAnnotation note = new(scope.Session.Who(), scope.Options.Reason, scope.Now);
        Patch patch = Patch.Merge(new()
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [DrainAnnotation.Key] = note.ToJson() } },
            ["spec"] = new JsonObject { ["unschedulable"] = true },
        });
        await scope.Throttle.WaitAsync(cancellationToken);
        try
        {
            using CancellationTokenSource lingering = new(Timeout.InfiniteTimeSpan, scope.Time);
            await using CancellationTokenRegistration registration = cancellationToken.Register(() => lingering.CancelAfter(Grace));
            await scope.Client.PatchAsync(Resources.Nodes, node.Metadata.Name, null, patch, null, RequestOptions.Default, lingering.Token);
        }
        finally
        {
            scope.Throttle.Release();
        }
    }
}
