using NodeManager.Maintenance.Options;

namespace NodeManager.Maintenance;

public static class MaintenanceFailures
{
    /// <summary>Names the nodes that a run left cordoned when it ended early.</summary>
    internal static NodeManagerException WithCordoned(NodeManagerException failure, NodeMaintenanceRun run)
    {
        string[] nodes = [.. run.Nodes.Where(IsBegun).Select(static node => node.Node).Order(StringComparer.Ordinal)];
        return nodes.Length == 0
            ? failure
            : new(
                failure.ErrorId,
                failure.Kind,
                $"{failure.Message} Still cordoned by the run: {string.Join(", ", nodes)}.",
                failure.Target,
                $"{failure.RecommendedAction} If the run is not resumed, return the nodes to service with Resume-NodeScheduling.",
                failure
            );
    }

    /// <summary>True for a node that a run has begun and not completed.</summary>
    public static bool IsBegun(NodeMaintenanceResult node) =>
        node.Status == NodeMaintenanceStatus.InProgress || (node.Status == NodeMaintenanceStatus.Pending && node.Batch > 0);

    /// <summary>Null for a node that did not fail.</summary>
    public static NodeManagerException? Of(NodeMaintenanceResult node, MaintenanceRequest request) =>
        node.Status != NodeMaintenanceStatus.Failed
            ? null
            : new(
                ErrorIds.MaintenanceFailed,
                ErrorKind.InvalidOperation,
                $"{node.Node}: {(node.Step.Length > 0 ? node.Step + " failed: " : "")}{node.Error}{(node.Message.Length > 0 ? " " + node.Message : "")}",
                node,
                $"Fix the cause and resume with {ResumeCommand.Of(node.RunId, request)}"
                    + (
                        request.Options.OnError == MaintenanceErrorAction.Resume
                            ? "."
                            : ", or return the node to service with Resume-NodeScheduling."
                    )
            );
}
