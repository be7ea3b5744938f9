using NodeManager.Core.Observing;


namespace NodeManager.Core.Drain;

/// <summary>What a drain that did not end well is as an error.</summary>
public static class DrainFailures
{
    /// <summary>False where there is no node of the name, or another one than was meant: then there is no result either, only an error.</summary>
    public static bool HasResult(NodeDrainResult result) => result is not { Status: NodeDrainStatus.Failed, NodeUid: "" };

    /// <summary>Null for one that ended well, and for one that the user stopped.</summary>
    public static NodeManagerException? Of(NodeDrainResult result)
    {
        if (!HasResult(result) && result.Blockers.FirstOrDefault(b => b.Kind == "Node") is { } replaced)
            return new(ErrorIds.NodeReplaced, ErrorKind.InvalidOperation, replaced.Message, result.Node, replaced.Remedy);
        if (!HasResult(result))
            return new(
                ErrorIds.NodeNotFound, ErrorKind.ObjectNotFound, $"There is no node '{result.Node}' in '{result.Cluster}'.", result.Node,
                "Get-ClusterNode shows which there are.");
        (string Id, ErrorKind Kind, string Advice)? failure = result.Status switch
        {
            NodeDrainStatus.Blocked when IsHeldBy(result, "Budget") =>
                (ErrorIds.EvictionBlocked, ErrorKind.InvalidOperation, "See Blockers of the result; run it again to ask again, or without -Once to wait."),
            NodeDrainStatus.Blocked when IsHeldBy(result, "DisruptionController") =>
                (ErrorIds.DisruptionControllerDown, ErrorKind.InvalidOperation, "See Blockers of the result for the cause and its remedy, then run it again to continue."),
            // Asked once, and the server wanted to be left alone for a while.
            NodeDrainStatus.Blocked when result.Blockers.Count == 0 =>
                (ErrorIds.EvictionFailed, ErrorKind.ResourceBusy, "See Pods of the result for the server's words; run it again to ask again, or without -Once to wait."),
            NodeDrainStatus.Blocked when result.Blockers.All(b => b.Kind == "Permission") =>
                (ErrorIds.DrainRefused, ErrorKind.PermissionDenied, "A role has to grant it; deploy/rbac.yaml has roles that fit."),
            NodeDrainStatus.Blocked =>
                (ErrorIds.DrainRefused, ErrorKind.InvalidOperation, "See Get-NodeDrainPlan for the pods in the way and what lifts each."),
            NodeDrainStatus.TimedOut =>
                (TimedOutOn(result), ErrorKind.OperationTimeout, "See Blockers of the result for the cause and its remedy, then run it again to continue."),
            NodeDrainStatus.Failed when IsHeldBy(result, "Node") =>
                (ErrorIds.NodeDeleted, ErrorKind.ObjectNotFound, "See Get-ClusterNode: a machine that registers again is a new node."),
            NodeDrainStatus.Failed when IsHeldBy(result, "Replacement") =>
                (ErrorIds.ReplacementStuck, ErrorKind.ResourceUnavailable, "The node is empty. See Blockers of the result for what keeps the new pods from starting."),
            NodeDrainStatus.Failed when IsHeldBy(result, "Credentials") =>
                (ErrorIds.Unauthorized, ErrorKind.AuthenticationError, "Renew the credentials and connect again, then run it again to go on."),
            NodeDrainStatus.Failed =>
                (ErrorIds.EvictionFailed, ErrorKind.InvalidOperation, "See Pods and Blockers of the result; run it again to go on."),
            _ => null,
        };
        return failure is var (id, kind, advice) ? new(id, kind, Describe(result), result, advice) : null;
    }

    // Who is in the way; the result, which stands beside it on the screen, explains the rest.
    private static string Describe(NodeDrainResult result)
    {
        string[] held = [.. result.Blockers.Select(b => $"{b.Kind} {b.Name}").Distinct()];
        return $"Drain of node '{result.Node}' in '{result.Cluster}' ended as {result.Status}"
            + (result.Remaining > 0 ? $" with {(result.Remaining == 1 ? "1 pod" : $"{result.Remaining} pods")} left" : "")
            + (held.Length > 0 ? $": {NameList.Of(held)}." : $". {result.Message}");
    }

    // A budget before a pod that does not end: what it holds up was not even asked to end.
    private static string TimedOutOn(NodeDrainResult result) =>
        IsHeldBy(result, "Server") ? ErrorIds.ServerUnreachable
        : IsHeldBy(result, "DisruptionController") ? ErrorIds.DisruptionControllerDown
        : IsHeldBy(result, "Budget") ? ErrorIds.EvictionBlocked
        : IsHeldBy(result, "Termination") ? ErrorIds.PodStuckTerminating
        : ErrorIds.DrainTimeout;

    private static bool IsHeldBy(NodeDrainResult result, string kind) => result.Blockers.Any(b => b.Kind == kind);
}
