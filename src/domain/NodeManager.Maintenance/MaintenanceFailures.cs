using NodeManager.Maintenance.Options;

namespace NodeManager.Maintenance;

/// <summary>What a node's maintenance that did not end well is as an error.</summary>
public static class MaintenanceFailures
{
    /// <summary>A run that ends early names the nodes that it leaves cordoned.</summary>
    /// <param name="failure">Why it ended.</param>
    /// <param name="run">As it ended.</param>
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

    private static bool IsBegun(NodeMaintenanceResult node) =>
        node.Status == NodeMaintenanceStatus.InProgress || (node.Status == NodeMaintenanceStatus.Pending && node.Batch > 0);

    /// <summary>Null for a node that did not fail.</summary>
    /// <param name="node">As it ended.</param>
    /// <param name="request">What was asked for.</param>
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
