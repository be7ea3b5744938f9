using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Drain.Running;

/// <summary>Cordons a node and notes in the same patch who drains it, why and since when. Needs no permission but to patch nodes.</summary>
internal static class NodeCordon
{
    /// <summary>Sends nothing where a drain has cordoned the node before.</summary>
    public static async Task ApplyAsync(DrainScope scope, Node node, CancellationToken cancellationToken)
    {
        if (node.Spec.Unschedulable == true && DrainAnnotation.Read(node) is not null) return;
        DrainAnnotation note = new(Who(scope.Session), scope.Options.Reason, scope.Now);
        Patch patch = Patch.Merge(new()
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [DrainAnnotation.Key] = note.ToJson() } },
            ["spec"] = new JsonObject { ["unschedulable"] = true },
        });
        await scope.Throttle.WaitAsync(cancellationToken);
        try
        {
            await scope.Client.PatchAsync(Resources.Nodes, node.Metadata.Name, null, patch, null, RequestOptions.Default, cancellationToken);
        }
        finally
        {
            scope.Throttle.Release();
        }
    }

    /// <summary><c>user@machine</c>; the user of the cluster, or of the machine where the cluster knows none by name.</summary>
    public static string Who(NodeManagerSession session) =>
        $"{(session.User.Length > 0 ? session.User : Environment.UserName)}@{Environment.MachineName}";
}
