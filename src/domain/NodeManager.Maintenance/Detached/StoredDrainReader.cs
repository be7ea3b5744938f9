using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Maintenance.Requests;

namespace NodeManager.Maintenance.Detached;

/// <summary>Reports the status of a stored drain to an operation: what has changed since the last report.</summary>
internal sealed class StoredDrainReader(OperationContext context, string cluster)
{
    private readonly Dictionary<string, DetachedNode> _reported = [];
    private readonly HashSet<string> _warnings = [];

    /// <summary>True at the end of the drain.</summary>
    /// <param name="request">Null after its deletion.</param>
    public bool Report(NodeMaintenanceRequest? request)
    {
        if (request is null)
        {
            CallOff("The request of the drain was deleted, which stops it.", null);
            return true;
        }

        if (request.Status is not { } status)
        {
            Report(request.Spec.Nodes.Select(static one => new DetachedNode { Name = one.Name, Message = "waiting for a server" }));
            return false;
        }

        foreach (string warning in status.Warnings ?? [])
            if (_warnings.Add(warning))
                context.Warning(warning);
        Report(status.Nodes);
        if (!request.IsOver)
            return false;
        if (status.Phase == NodeMaintenanceRunStatus.Interrupted)
            Stop(status);
        else if (status.Phase == NodeMaintenanceRunStatus.Failed && !status.Nodes.Exists(IsEnded))
            context.Fail(new NodeManagerException(ErrorIds.DrainRefused, ErrorKind.InvalidOperation, status.Message, request), null);
        return true;
    }

    private void Report(IEnumerable<DetachedNode> nodes)
    {
        foreach (DetachedNode node in nodes)
        {
            DetachedNode? before = _reported.GetValueOrDefault(node.Name);
            _reported[node.Name] = node;
            if (before is not null && IsEnded(before))
                continue;
            if (IsEnded(node))
                End(node);
            else if (before is null || (before.Message, before.Percent) != (node.Message, node.Percent))
                context.Progress(new(node.Name, $"Draining {node.Name}", node.Message, node.Percent ?? -1) { WaitsFor = node.Blockers });
        }
    }

    private void End(DetachedNode node)
    {
        context.Progress(new(node.Name, $"Draining {node.Name}", "", Completed: true));
        StoredDrainResult result = ResultOf(node);
        context.Output(result);
        if (result.Error is { } error)
        {
            NodeManagerException failure = new(
                error,
                error == ErrorIds.DrainCalledOff ? ErrorKind.ResourceBusy : ErrorKind.InvalidOperation,
                node.Message,
                node.Name,
                node.Result?.Action
            );
            if (error == ErrorIds.DrainCalledOff)
                context.CallOff(failure, result);
            else
                context.Fail(failure, result);
        }

        context.ItemEnded(node.Name);
    }

    // Its nodes are still in progress: the result of each shows how far the drain came.
    private void Stop(DetachedStatus status)
    {
        DetachedNode[] begun = [.. status.Nodes.Where(static one => !IsEnded(one) && one.Status != NodeMaintenanceStatus.Pending)];
        foreach (DetachedNode node in begun.Where(static one => one.Result is not null))
            context.Output(ResultOf(node));
        string cordoned = begun.Length == 0 ? "" : $" Still cordoned: {NameList.Of(begun.Select(static one => one.Name))}.";
        CallOff(status.Message + cordoned, "Run the drain again to continue it, or uncordon the nodes.");
    }

    private void CallOff(string message, string? action) =>
        context.CallOff(new NodeManagerException(ErrorIds.DrainCalledOff, ErrorKind.ResourceBusy, message, cluster, action), null);

    private static bool IsEnded(DetachedNode node) => node.Status is NodeMaintenanceStatus.Completed or NodeMaintenanceStatus.Failed;

    // Without a stored result, the state of the node.
    private static StoredDrainResult ResultOf(DetachedNode node)
    {
        bool isDrained = node.Status == NodeMaintenanceStatus.Completed;
        DetachedResult result =
            node.Result
            ?? new()
            {
                Status = isDrained ? NodeDrainStatus.Drained : NodeDrainStatus.Failed,
                Message = node.Message,
                Blockers = node.Blockers,
                Error = isDrained ? null : ErrorIds.EvictionFailed,
            };
        return new(node.Name, result.Status, result.Evicted, result.Message ?? "", result.Blockers, result.Events, result.Error);
    }
}
