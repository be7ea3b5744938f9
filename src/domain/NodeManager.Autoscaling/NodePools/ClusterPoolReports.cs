using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Validation;
using NodeManager.NodePools;

namespace NodeManager.Autoscaling.NodePools;

/// <summary>
/// Reports of other controllers in the status of a NodeSmithPool: conditions whose types have the controller's name as prefix.
/// </summary>
internal static class ClusterPoolReports
{
    /// <exception cref="NodeManagerException">NodePoolFieldUnsupported.</exception>
    public static void Require(PoolStatusReport report, string cluster)
    {
        string? why =
            report.Controller == ClusterPoolStatus.Autoscaler
                ? $"the conditions of '{ClusterPoolStatus.Autoscaler}' are written only by the autoscaler"
            : KubernetesNames.CheckSubdomain(report.Controller) is { } rule
                ? $"the controller's name '{report.Controller}' is not a valid prefix of a condition type: {rule}"
            : report.Metadata.Count > 0 ? "the status of a NodeSmithPool cannot store metadata"
            : null;
        if (why is not null)
        {
            throw new NodeManagerException(
                ErrorIds.NodePoolFieldUnsupported,
                ErrorKind.InvalidArgument,
                $"The status cannot be reported to cluster '{cluster}': {why}.",
                report.Controller,
                "Report conditions under a name of the controller's own, such as backup.example.com, without -Metadata."
            );
        }
    }

    /// <summary>The patch of the status, with the resourceVersion as precondition: a merge replaces whole lists.</summary>
    public static JsonObject PatchOf(NodeSmithPool pool, PoolStatusReport report, DateTimeOffset now)
    {
        NodeSmithPoolStatus status = JsonSerializer
            .SerializeToNode(pool.Status ?? new(), NodeSmithJson.Default.NodeSmithPoolStatus)!
            .Deserialize(NodeSmithJson.Default.NodeSmithPoolStatus)!;
        ClusterPoolStatus.Set(status, report.Controller, report.Conditions, report.ObservedGeneration, now);
        return new()
        {
            ["metadata"] = new JsonObject { ["uid"] = pool.Metadata.Uid, ["resourceVersion"] = pool.Metadata.ResourceVersion },
            ["status"] = new JsonObject
            {
                ["conditions"] = JsonSerializer.SerializeToNode(status, NodeSmithJson.Default.NodeSmithPoolStatus)![
                    "conditions"
                ]!.DeepClone(),
            },
        };
    }
}
