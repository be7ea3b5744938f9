using NodeManager.Core.Errors;
using NodeManager.Core.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Transport;
using NodeManager.Maintenance.Batches;
using NodeManager.Maintenance.Options;
using NodeManager.Maintenance.Records;
using NodeManager.Maintenance.Requests;

namespace NodeManager.Maintenance.Detached;

/// <summary>Executes one request: starts it, or resumes the work of another server.</summary>
internal sealed class DetachedRun(
    NodeManagerSession session,
    ClusterConnection connection,
    NodeMaintenanceRequest request,
    DetachedServerOptions options,
    string holder,
    IOperationObserver observer
)
{
    private const string Uncordoned =
        "The node was uncordoned, which cancels its drain. If it is still to be drained, run the command again.";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly DetachedStatusWriter _status = new(connection, request, holder);

    /// <summary>The user who stopped it; null if it is not stopped.</summary>
    public string? StoppedBy { get; set; } = request.Spec.StopRequestedBy is { Length: > 0 } by ? by : null;

    private string Id => request.Metadata.Name;

    /// <param name="stop">Cancelled on a request to stop, or with the hold.</param>
    /// <param name="leadership">Cancelled when this server no longer leads.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken leadership)
    {
        using IDisposable? requester = request.Spec.RequestedBy is { Length: > 0 } by ? Requester.Use(DisplayText.Escape(by)) : null;
        using var writing = CancellationTokenSource.CreateLinkedTokenSource(leadership);
        Task writer = _status.WriteAlwaysAsync(writing.Token, leadership);
        (string Phase, string Message)? end = null;
        try
        {
            end = StoppedBy is not null ? Stopped() : await WorkAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            end = leadership.IsCancellationRequested ? null : Stopped();
        }
        catch (Exception e)
        {
            NodeManagerException? known = ErrorTranslator.Translate(e, session.Cluster, session.Server, Id);
            string message = $"{known?.Message ?? e.Message} {known?.RecommendedAction}".TrimEnd();
            observer.Warning($"Detached run {options.Namespace}/{Id} ended: {message}");
            end = (NodeMaintenanceRunStatus.Failed, message);
        }

        await writing.CancelAsync();
        await writer;
        // If this server no longer leads, the next one resumes, or reads the recorded end.
        if (end is not { } over)
            return;
        // No limit while this server leads; after that, registering starts the limit.
        using CancellationTokenSource late = new();
        using CancellationTokenRegistration registration = leadership.Register(
            static state => ((CancellationTokenSource)state!).CancelAfter(CleanUpLimit.Duration),
            late
        );
        try
        {
            await _status.EndAsync(over.Phase, over.Message, late.Token);
        }
        catch (Exception e)
        {
            observer.Verbose($"The end of detached run {options.Namespace}/{Id} could not be written: {e.Message}");
        }
    }

    private (string, string) Stopped() => (NodeMaintenanceRunStatus.Interrupted, $"Stopped by {StoppedBy}.");

    // Null: not completed, and another server's to resume.
    private async Task<(string, string)?> WorkAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                if (await (request.IsDrain ? DrainAsync(stop) : MaintainAsync(stop)) is { } end)
                    return end;
            }
            catch (Exception e) when (!stop.IsCancellationRequested && IsPassing(e))
            {
                _status.SetMessage(e.Message);
                observer.Verbose($"Detached run {options.Namespace}/{Id} is retried: {e.Message}");
            }

            stop.ThrowIfCancellationRequested();
            await Task.Delay(Pause, connection.Time, stop);
        }
    }

    // The Lease of the run may still be that of a killed server; nodes of another run are not awaited.
    private bool IsPassing(Exception e) =>
        TransientFailure.Is(e)
        || (e is NodeManagerException { ErrorId: ErrorIds.MaintenanceConflict, Target: string target } && target == Id);

    private async Task<(string, string)?> MaintainAsync(CancellationToken stop)
    {
        MaintenanceRequest run = new()
        {
            RunId = Id,
            Nodes = [.. request.Spec.Nodes.Select(static one => new NodeTarget(one.Name, one.Uid ?? ""))],
            Options = DetachedOptions.Read(request.Spec),
            Namespace = options.Namespace,
            LeaseDuration = options.LeaseDuration,
        };
        if (await OverAsync(stop) is { } before)
            return before;
        MaintenanceOutcome outcome = await NodeMaintainer.RunAsync(session, run, new Listener(_status, observer), stop);
        _status.Set(outcome.Run.Nodes.Select(node => Describe(node)));
        if (outcome.Failure is { ErrorId: ErrorIds.MaintenanceTakenOver or ErrorIds.MaintenanceStopped } ended)
            return (NodeMaintenanceRunStatus.Interrupted, ended.Message);
        if (outcome.Run.Status != NodeMaintenanceRunStatus.Interrupted)
            return (
                outcome.Run.Status,
                outcome.Failure is { } failure ? $"{failure.Message} {failure.RecommendedAction}".TrimEnd() : outcome.Run.Message
            );
        _status.SetMessage(outcome.Failure?.Message ?? outcome.Run.Message);
        return null;
    }

    // A server may be killed between the end of a run and its record of it. A failed run is not restarted automatically.
    private async Task<(string, string)?> OverAsync(CancellationToken stop)
    {
        StoredRun stored;
        try
        {
            stored = await RunDirectory.FindAsync(connection, Id, options.Namespace, session.Cluster, stop);
        }
        catch (NodeManagerException missing) when (missing.ErrorId == ErrorIds.MaintenanceNotFound)
        {
            return null;
        }

        if (!stored.State.IsOver && stored.State.Status != NodeMaintenanceRunStatus.Stopped)
            return null;
        _status.Set(stored.Nodes.Select(node => Describe(RunMapper.Map(session, stored.Run, node))));
        return (stored.State.Status, stored.State.Message ?? "");
    }

    private async Task<(string, string)?> DrainAsync(CancellationToken stop)
    {
        MaintenanceOptions how = DetachedOptions.Read(request.Spec);
        await WaitForWindowAsync(how, stop);
        await EndUncordonedAsync(stop);
        string[] remaining = [.. _status.Nodes.Where(static one => IsRemaining(one)).Select(static one => one.Name)];
        Dictionary<string, string> uids = request.Spec.Nodes.ToDictionary(static one => one.Name, static one => one.Uid ?? "");
        if (remaining.Length > 0)
        {
            DrainRequest drain = new(
                session,
                [.. remaining.Select(node => new NodeTarget(node, uids.GetValueOrDefault(node, "")))],
                how.Drain
            )
            {
                // The next leader continues under the lock of the previous one.
                Lock = new() { Operation = request.Metadata.Uid ?? "", Taken = _status.Begun },
            };
            await foreach (
                DrainOutcome outcome in NodeOperations.DrainAsync(drain, new Listener(_status, observer), CancellationToken.None, stop)
            )
            {
                // An interrupted drain is resumed. Where it was stopped, the result shows how far it came.
                if (stop.IsCancellationRequested && outcome.Result?.Status == NodeDrainStatus.Cancelled)
                    _status.Change(outcome.Node, one => one with { Result = DetachedResults.Of(outcome, request.Spec.Nodes.Count) });
                else
                    _status.Change(outcome.Node, one => DetachedResults.Ended(one, outcome, request.Spec.Nodes.Count));
            }
        }

        stop.ThrowIfCancellationRequested();
        int failed = _status.Nodes.Count(static one => one.Status == NodeMaintenanceStatus.Failed);
        return failed == 0
            ? (NodeMaintenanceRunStatus.Completed, "")
            : (NodeMaintenanceRunStatus.Failed, $"{failed} of {_status.Nodes.Count} nodes were not drained.");
    }

    // Uncordoning a node cancels its drain, also while no server works on it.
    private async Task EndUncordonedAsync(CancellationToken stop)
    {
        DetachedNode[] begun = [.. _status.Nodes.Where(static one => one.Status == NodeMaintenanceStatus.InProgress)];
        if (begun.Length == 0)
            return;
        KubernetesList<Node> nodes = await connection.Client.ListAsync(Resources.Nodes, new(), stop);
        Dictionary<string, string?> schedulable = nodes
            .Items.Where(static node => node.Spec.Unschedulable != true)
            .ToDictionary(static node => node.Metadata.Name, static node => node.Metadata.Uid);
        foreach (
            DetachedNode one in begun.Where(one =>
                schedulable.TryGetValue(one.Name, out string? uid) && (one.Uid.Length == 0 || one.Uid == uid)
            )
        )
            _status.Change(
                one.Name,
                static node =>
                    node with
                    {
                        Status = NodeMaintenanceStatus.Failed,
                        Message = Uncordoned,
                        Result = new()
                        {
                            Status = NodeDrainStatus.Cancelled,
                            Message = Uncordoned,
                            Error = ErrorIds.DrainCalledOff,
                        },
                    }
            );
    }

    private static bool IsRemaining(DetachedNode node) => node.Status is NodeMaintenanceStatus.Pending or NodeMaintenanceStatus.InProgress;

    private async Task WaitForWindowAsync(MaintenanceOptions how, CancellationToken stop)
    {
        MaintenanceWindow[] windows = [.. how.Windows.Select(one => WindowParser.Parse(one, TimeZoneInfo.Utc))];
        while (windows.Length > 0)
        {
            DateTimeOffset now = connection.Time.GetUtcNow(),
                opens = windows.Min(one => one.NextOpening(now));
            if (opens <= now)
                break;
            _status.SetMessage($"Waiting for the window to open at {opens.UtcDateTime:yyyy-MM-dd HH:mm} UTC.");
            await connection.Time.DelayAsync(opens - now, stop);
        }

        _status.SetMessage("");
    }

    private static DetachedNode Describe(NodeMaintenanceResult node) =>
        new()
        {
            Name = node.Node,
            Uid = node.NodeUid,
            Status = node.Status,
            Step = node.Step,
            Message = node.Error.Length > 0 ? node.Error : node.Message,
            Blockers = node.Status == NodeMaintenanceStatus.Failed ? DetachedResults.NamesOf(node.Drain) : [],
        };

    private sealed class Listener(DetachedStatusWriter status, IOperationObserver observer) : IMaintenanceObserver
    {
        public void Started(NodeMaintenanceRun run) => status.Set(run.Nodes.Select(Describe));

        public void NodeStarted(NodeMaintenanceResult node) => status.Change(node.Node, _ => Describe(node));

        public void NodeEnded(NodeMaintenanceResult node) => status.Change(node.Node, _ => Describe(node));

        public void Warning(string message)
        {
            observer.Warning(message);
            status.AddWarning(message);
        }

        public void Verbose(string message) => observer.Verbose(message);

        public void Progress(OperationProgress progress)
        {
            // The key of a drain's progress is the node; for a maintenance run the activity is.
            foreach (string name in (string[])[progress.Key, progress.Activity])
                if (!progress.Completed)
                    status.Change(name, one => WithProgress(one, progress));
            if (!progress.Completed && progress.Parent.Length == 0)
                status.SetMessage(progress.Status);
        }

        private static DetachedNode WithProgress(DetachedNode node, OperationProgress progress) =>
            node with
            {
                Message = progress.Status,
                Blockers = progress.WaitsFor,
                Percent = progress.PercentComplete < 0 ? null : progress.PercentComplete,
            };
    }
}
