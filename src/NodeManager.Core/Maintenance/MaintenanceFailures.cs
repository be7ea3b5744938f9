using NodeManager.Core.Maintenance.Options;

namespace NodeManager.Core.Maintenance;

/// <summary>What a node's maintenance that did not end well is as an error.</summary>
public static class MaintenanceFailures
{
    /// <summary>Null for a node that did not fail.</summary>
    /// <param name="node">As it ended.</param>
    /// <param name="request">What was asked for.</param>
    public static NodeManagerException? Of(NodeMaintenanceResult node, MaintenanceRequest request) => node.Status != NodeMaintenanceStatus.Failed ? null : new(
        ErrorIds.MaintenanceFailed, ErrorKind.InvalidOperation,
        $"{node.Node}: {(node.Step.Length > 0 ? node.Step + " failed: " : "")}{node.Error}{(node.Message.Length > 0 ? " " + node.Message : "")}", node,
        $"Fix the cause and resume with {ResumeCommand.Of(node.RunId, request)}"
        + (request.Options.OnError == MaintenanceErrorAction.Resume ? "." : ", or return the node to service with Resume-NodeScheduling."));
}
