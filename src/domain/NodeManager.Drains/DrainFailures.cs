using NodeManager.Core.Progress;

namespace NodeManager.Drains;

public static class DrainFailures
{
    /// <summary>False if the node does not exist or was replaced: such a drain has an error and no result.</summary>
    public static bool HasResult(NodeDrainResult result) => result is not { Status: NodeDrainStatus.Failed, NodeUid: "" };

    /// <summary>Null for success and for a drain that the user stopped.</summary>
    public static NodeManagerException? Of(NodeDrainResult result)
    {
        if (!HasResult(result) && result.Blockers.FirstOrDefault(b => b.Kind == "Node") is { } replaced)
            return new(ErrorIds.NodeReplaced, ErrorKind.InvalidOperation, replaced.Message, result.Node, replaced.Remedy);
        if (!HasResult(result))
            return new(
                ErrorIds.NodeNotFound,
                ErrorKind.ObjectNotFound,
                $"Node '{result.Node}' does not exist in cluster '{result.Cluster}'.",
                result.Node,
                "List the nodes with Get-ClusterNode."
            );
        (string Id, ErrorKind Kind, string Advice)? failure = result.Status switch
        {
            NodeDrainStatus.Blocked or NodeDrainStatus.TimedOut when IsHeldBy(result, "Operation") => (
                ErrorIds.NodeBusy,
                ErrorKind.ResourceBusy,
                result.Blockers[0].Remedy
            ),
            NodeDrainStatus.Cancelled
                when result.CancelReason
                    is NodeDrainCancelReason.Uncordoned
                        or NodeDrainCancelReason.Requested
                        or NodeDrainCancelReason.LockLost => (
                ErrorIds.DrainCalledOff,
                ErrorKind.ResourceBusy,
                "If the node is still to be drained, run the command again."
            ),
            NodeDrainStatus.TimedOut => (
                TimedOutOn(result),
                ErrorKind.OperationTimeout,
                "Read cause and remedy in Blockers of the result, then run the command again to continue."
            ),
            NodeDrainStatus.Blocked => OfBlocked(result),
            NodeDrainStatus.Failed => OfFailed(result),
            _ => null,
        };
        return failure is var (id, kind, advice) ? new(id, kind, Describe(result), result, advice) : null;
    }

    private static (string Id, ErrorKind Kind, string Advice) OfBlocked(NodeDrainResult result) =>
        result switch
        {
            _ when IsHeldBy(result, "Budget") => (
                ErrorIds.EvictionBlocked,
                ErrorKind.InvalidOperation,
                "Read Blockers of the result. To try again, run the command again; to wait, leave out -Once."
            ),
            _ when IsHeldBy(result, "DisruptionController") => (
                ErrorIds.DisruptionControllerDown,
                ErrorKind.InvalidOperation,
                "Read cause and remedy in Blockers of the result, then run the command again to continue."
            ),
            // With Once, the server requested a later retry.
            _ when result.Blockers.Count == 0 => (
                ErrorIds.EvictionFailed,
                ErrorKind.ResourceBusy,
                "Read the server's answer in Pods of the result. To try again, run the command again; to wait, leave out -Once."
            ),
            _ when result.Blockers.All(b => b.Kind == "Permission") => (
                ErrorIds.DrainRefused,
                ErrorKind.PermissionDenied,
                "Grant it with a role; deploy/rbac.yaml contains suitable roles."
            ),
            _ => (ErrorIds.DrainRefused, ErrorKind.InvalidOperation, Permit(result)),
        };

    private static (string Id, ErrorKind Kind, string Advice) OfFailed(NodeDrainResult result) =>
        result switch
        {
            _ when IsHeldBy(result, "Node") => (
                ErrorIds.NodeDeleted,
                ErrorKind.ObjectNotFound,
                "List the nodes with Get-ClusterNode. A machine that registers again is a new node."
            ),
            _ when IsHeldBy(result, "Replacement") => (
                ErrorIds.ReplacementStuck,
                ErrorKind.ResourceUnavailable,
                "The node is empty. Blockers of the result states why the replacement pods do not start."
            ),
            _ when IsHeldBy(result, "Credentials") => (
                ErrorIds.Unauthorized,
                ErrorKind.AuthenticationError,
                "Renew the credentials and connect again, then run the command again to continue."
            ),
            _ => (
                ErrorIds.EvictionFailed,
                ErrorKind.InvalidOperation,
                "Read Pods and Blockers of the result, then run the command again to continue."
            ),
        };

    // All refused pods have to be permitted before one is evicted.
    private static string Permit(NodeDrainResult result)
    {
        string[] options = [.. result.Blockers.SelectMany(static blocker => blocker.PermittedBy).Distinct()];
        return options.Length == 0
            ? "List the blocking pods with Get-NodeDrainPlan."
            : $"To evict the pods anyway, use -{string.Join(" and -", options)}. Get-NodeDrainPlan lists the pods with their reasons.";
    }

    // The blockers' names only: the result is shown beside the error and explains the rest.
    private static string Describe(NodeDrainResult result)
    {
        if (IsHeldBy(result, "Operation"))
            return $"Drain of node '{result.Node}' in cluster '{result.Cluster}' ended as {result.Status}: {result.Blockers[0].Message}";
        string[] held = [.. result.Blockers.Select(b => $"{(b.Kind == "Budget" ? "PDB" : b.Kind)} {b.Name}").Distinct()];
        return $"Drain of node '{result.Node}' in cluster '{result.Cluster}' ended as {result.Status}"
            + (result.Remaining > 0 ? $" with {(result.Remaining == 1 ? "1 pod" : $"{result.Remaining} pods")} left" : "")
            + (result.Status != NodeDrainStatus.Cancelled && held.Length > 0 ? $": {NameList.Of(held)}." : $". {result.Message}");
    }

    // A budget before a stuck pod: pods behind a budget were not even asked to terminate.
    private static string TimedOutOn(NodeDrainResult result) =>
        IsHeldBy(result, "Server") ? ErrorIds.ServerUnreachable
        : IsHeldBy(result, "DisruptionController") ? ErrorIds.DisruptionControllerDown
        : IsHeldBy(result, "Budget") ? ErrorIds.EvictionBlocked
        : IsHeldBy(result, "Termination") ? ErrorIds.PodStuckTerminating
        : ErrorIds.DrainTimeout;

    private static bool IsHeldBy(NodeDrainResult result, string kind) => result.Blockers.Any(b => b.Kind == kind);
}
