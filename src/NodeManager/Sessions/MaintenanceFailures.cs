namespace NodeManager.Sessions;

/// <summary>What failed in a maintenance, as errors.</summary>
internal static class MaintenanceFailures
{
    /// <summary>Null for a node that did not fail.</summary>
    public static NodeManagerException? Of(NodeMaintenanceResult node) => node.Status != NodeMaintenanceStatus.Failed ? null : new(
        ErrorIds.MaintenanceFailed, ErrorKind.InvalidOperation,
        $"{node.Node}: {(node.Step.Length > 0 ? node.Step + " failed: " : "")}{node.Error}{(node.Message.Length > 0 ? " " + node.Message : "")}", node,
        $"Mend it and carry on with Invoke-NodeMaintenance -ResumeId {node.RunId}, or put it back into service with Resume-NodeScheduling.");
}
