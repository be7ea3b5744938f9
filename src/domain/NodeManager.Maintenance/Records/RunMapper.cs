using NodeManager.Maintenance.Requests;

namespace NodeManager.Maintenance.Records;

/// <summary>Maps stored runs to <see cref="NodeMaintenanceRun"/>.</summary>
internal static class RunMapper
{
    /// <param name="isAlive">True if a live process works on it.</param>
    /// <param name="detached">The request that a server executes; null for a run of a command.</param>
    public static NodeMaintenanceRun Map(
        NodeManagerSession session,
        StoredRun stored,
        string ns,
        bool isAlive,
        DateTimeOffset now,
        NodeMaintenanceRequest? detached = null
    )
    {
        ILookup<string, DetachedNode>? known = detached?.Status?.Nodes.ToLookup(static node => node.Uid);
        return Map(
            session,
            stored.Run,
            stored.State,
            stored.Nodes.Select(n => Map(session, stored.Run, n, blockers: known?[n.Uid].FirstOrDefault()?.Blockers)),
            ns,
            isAlive,
            now,
            detached
        );
    }

    /// <inheritdoc cref="Map(NodeManagerSession, StoredRun, string, bool, DateTimeOffset, NodeMaintenanceRequest)"/>
    public static NodeMaintenanceRun Map(
        NodeManagerSession session,
        RunRecord run,
        RunState state,
        IEnumerable<NodeMaintenanceResult> nodes,
        string ns,
        bool isAlive,
        DateTimeOffset now,
        NodeMaintenanceRequest? detached = null
    )
    {
        string status = state.Status == NodeMaintenanceRunStatus.Running && !isAlive ? NodeMaintenanceRunStatus.Interrupted : state.Status;
        // A server resumes it by itself.
        if (detached is { IsOver: false } && status == NodeMaintenanceRunStatus.Interrupted)
            status = NodeMaintenanceRunStatus.Pending;
        bool isToBeResumed =
            status is NodeMaintenanceRunStatus.Interrupted or NodeMaintenanceRunStatus.Stopped or NodeMaintenanceRunStatus.Failed;
        return new()
        {
            Session = session,
            Cluster = session.Cluster,
            Id = run.Id,
            Namespace = ns,
            IsDetached = detached is not null,
            Status = status,
            Reason = run.Options.Drain.Reason,
            StartedBy = detached?.Spec.RequestedBy ?? run.By,
            Holder = state.Holder,
            StartedAt = run.At,
            EndedAt = state.EndedAt,
            ObservedAt = now,
            Nodes = new([.. nodes]),
            MaxUnavailable = run.Options.MaxUnavailable,
            TopologyKey = run.Options.TopologyKey,
            Window = new([.. run.Options.Windows]),
            OnError = run.Options.OnError.ToString(),
            NodeCommand = run.Options.NodeCommand ?? "",
            ResumeCommand = isToBeResumed
                ? Maintenance.Options.ResumeCommand.Of(
                    run.Id,
                    ns,
                    run.Work.Length > 0 ? "" : null,
                    run.Options.NodeCommand is null ? null : ""
                ) + (run.Options.Reboot ? " -Reboot" : "")
                : "",
            Message = state.Message ?? "",
        };
    }

    public static NodeMaintenanceResult Map(
        NodeManagerSession session,
        RunRecord run,
        NodeRecord node,
        NodeDrainResult? drain = null,
        IReadOnlyList<object>? output = null,
        IReadOnlyList<string>? blockers = null
    ) =>
        new()
        {
            Session = session,
            Cluster = session.Cluster,
            RunId = run.Id,
            Node = node.Name,
            NodeUid = node.Uid,
            Status = node.Status,
            Batch = node.Batch,
            Group = node.Group ?? "",
            Steps = new([.. node.Steps.Select(s => Map(s, run.By))]),
            WasCordoned = node.WasCordoned,
            Drain = drain,
            ExitCode = node.ExitCode,
            Output = new([.. output ?? node.Output ?? []]),
            Blockers = new([.. blockers ?? []]),
            Error = node.Error ?? "",
            Message = node.Message ?? "",
        };

    private static NodeMaintenanceStep Map(StepRecord step, string by) =>
        new()
        {
            Name = step.Name,
            StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(step.Started),
            EndedAt = step.Ended is { } ended ? DateTimeOffset.FromUnixTimeMilliseconds(ended) : null,
            By = step.By ?? by,
        };
}
