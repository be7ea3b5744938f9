using NodeManager.Controllers.Caching;
using NodeManager.Core.Errors;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Maintenance.Batches;
using NodeManager.Maintenance.Options;
using NodeManager.Maintenance.Planning;
using NodeManager.Maintenance.Records;
using NodeManager.Runs.Claims;

namespace NodeManager.Maintenance.Execution;

/// <summary>Runs batch after batch until the end or an interrupt.</summary>
internal sealed class MaintenanceRun(MaintenanceScope scope, ObjectCache<Node> fleet, RunStart start)
{
    private static readonly TimeSpan TidyUp = TimeSpan.FromMinutes(5);

    // For changes without an event: time zone rules, or a clock that was set.
    internal static readonly TimeSpan RecheckInterval = TimeSpan.FromMinutes(1);

    private readonly RunProgressLog _ledger = start.Ledger;
    private readonly HashSet<string> _foretold = [];
    private readonly MaintenanceConditions _conditions = new(scope, start.Options);
    private readonly WindowGate _windows = new(scope, start);

    public async Task<MaintenanceOutcome> RunAsync(CancellationToken cancellationToken)
    {
        RunState state = new() { Holder = start.Lease.Holder, At = scope.Now };
        foreach (NodeRecord skipped in _ledger.Nodes.Where(n => n.Status == NodeMaintenanceStatus.Skipped))
            scope.Listener.NodeEnded(_ledger.Result(skipped.Uid));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, start.Lease.Lost);
        NodeManagerException? failure = null;
        try
        {
            string? blocked = await WorkAsync(stop.Token);
            state = End(blocked);
            if (blocked is not null)
                failure = new(
                    ErrorIds.MaintenanceBlocked,
                    ErrorKind.ResourceUnavailable,
                    $"Maintenance run {start.Run.Id} is blocked: timed out waiting for {blocked}.",
                    start.Run.Id,
                    "Return these nodes to service, then resume with -ResumeId."
                );
        }
        catch (Exception exception)
        {
            await start.Claims.Locks.DisposeAsync();
            await CloseAsync(
                state = state with
                {
                    Status = NodeMaintenanceRunStatus.Interrupted,
                    At = scope.Now,
                    Message = start.Lease.IsStopped ? $"{start.Lease.LossError().Message} {InTheMiddle()}".TrimEnd() : InTheMiddle(),
                },
                cancellationToken
            );
            if (start.Lease.Lost.IsCancellationRequested)
                failure = start.Lease.LossError();
            else if (!scope.IsStopping)
                failure = ErrorTranslator.Translate(exception, scope.Session.Cluster, scope.Session.Server, start.Run.Id);
            if (failure is null && !scope.IsStopping)
                throw;
            return new(_ledger.Describe(state), failure);
        }

        if (state.Status == NodeMaintenanceRunStatus.Stopped && failure is null)
            scope.Observer.Warning(
                $"Maintenance run {start.Run.Id} stopped: {state.Message} Resume with: {ResumeCommand.Of(start.Run.Id, scope.Request)}"
            );
        await CloseAsync(state with { At = scope.Now }, cancellationToken);
        return new(_ledger.Describe(state), failure);
    }

    /// <summary>Continues until no node remains, one failed and no further may start, or none may start: then returns the reason.</summary>
    private async Task<string?> WorkAsync(CancellationToken cancellationToken)
    {
        NodeWork work = new(scope, start.Options, _ledger, start.Lease, start.Claims, fleet, _conditions, start.Progress);
        BatchWork batches = new(scope, start.Options, _ledger, start.Lease, work, fleet, start.Progress);
        await WarnOfForecastAsync(cancellationToken);
        await MaintenanceScope.EachAsync(Pending(), (node, token) => _conditions.PlanAsync(node.Name, token), cancellationToken);
        while (true)
        {
            await RecordGoneAsync(cancellationToken);
            if (!_ledger.Nodes.Any(n => n.IsOpen))
                return null;
            bool isInterrupted = _ledger.Nodes.Any(IsInProgress);
            if (!isInterrupted)
                await _windows.WaitAsync(cancellationToken);
            (List<NodeRecord> batch, string? blocked) = await ChooseAsync(cancellationToken);
            if (blocked is not null)
                return blocked;
            // The window may have closed during the wait for a place.
            if (batch.Count == 0 || (!isInterrupted && !_windows.IsOpen))
                continue;

            int number = _ledger.Nodes.Max(n => n.Batch) + 1;
            await Task.WhenAll(
                batch.Select(node =>
                    _ledger.UpdateAsync(
                        node.Uid,
                        n => n with { Status = NodeMaintenanceStatus.InProgress, Batch = n.Batch > 0 ? n.Batch : number },
                        cancellationToken
                    )
                )
            );
            start.Progress.Batch(batch.Max(n => _ledger[n.Uid].Batch), RemainingBatches(batch));
            await batches.RunAsync(batch, cancellationToken);
            start.Progress.BatchEnded();
            if (
                start.Options.OnError == MaintenanceErrorAction.Stop
                && batch.Exists(n => _ledger[n.Uid].Status == NodeMaintenanceStatus.Failed)
            )
                return null;
            if (_ledger.Nodes.Any(n => n.IsOpen))
                await SoakAsync(batch, cancellationToken);
        }
    }

    // Before the first cordon: warns of nodes that cannot succeed.
    private async Task WarnOfForecastAsync(CancellationToken cancellationToken)
    {
        List<NodeRecord> open = [.. _ledger.Nodes.Where(n => n.IsOpen)];
        FleetSurvey survey = await SurveyAsync(open, cancellationToken);
        List<(string Name, NodeForecast Forecast)> forecasts = [.. open.Select(n => (n.Name, NodeForecast.Of(survey, n.Name)))];
        _foretold.UnionWith(forecasts.Where(f => f.Forecast.Obstacles.Count > 0 || f.Forecast.Risks.Count > 0).Select(f => f.Name));
        foreach (string warning in FleetForecast.Warnings(forecasts))
            scope.Observer.Warning(warning);
        List<string> unready = [.. open.Where(n => fleet.Find(n.Uid) is { } node && !node.IsReady()).Select(n => n.Name)];
        if (unready.Count > 0)
            scope.Observer.Warning(
                $"Nodes that are not Ready come last: {NameList.Of(unready)}. Each fails if it is not Ready within {HumanDuration.Format(start.Options.WaitReadyTimeout)}."
            );
    }

    // Pods or free room have changed since.
    private void WarnOfNewForecast(FleetSurvey survey, BatchChoice choice)
    {
        foreach (string node in choice.Nodes.Select(c => c.Name).Where(n => !_foretold.Contains(n)))
        {
            NodeForecast forecast = NodeForecast.Of(survey, node);
            if ((forecast.Obstacles.Count > 0 || forecast.Risks.Count > 0) && _foretold.Add(node))
                FleetForecast.Warnings([(node, forecast with { Stranded = [] })]).ToList().ForEach(scope.Observer.Warning);
        }
    }

    private async Task<FleetSurvey> SurveyAsync(IReadOnlyList<NodeRecord> nodes, CancellationToken cancellationToken)
    {
        FleetSurvey survey = await scope.Retry.RunAsync(
            token =>
                FleetSurvey.ReadAsync(
                    scope.Session,
                    scope.Connection,
                    [.. nodes.Select(n => new NodeTarget(n.Name))],
                    start.Options.Drain,
                    token
                ),
            cancellationToken
        );
        if (survey.Room is null)
            scope.Observer.Verbose("Permission denied: cannot list pods. Batches are chosen without checking where pods fit.");
        return survey;
    }

    private async Task RecordGoneAsync(CancellationToken cancellationToken)
    {
        IReadOnlyCollection<Node> nodes = fleet.Items;
        HashSet<string> there = [.. nodes.Select(n => n.Metadata.Uid ?? "")];
        foreach (NodeRecord gone in _ledger.Nodes.Where(n => n.IsOpen && !there.Contains(n.Uid)))
        {
            string message = nodes.Any(n => n.Metadata.Name == gone.Name)
                ? "A new node registered under this name; it is left unchanged."
                : "The node was deleted.";
            await _ledger.UpdateAsync(
                gone.Uid,
                n => n with { Status = NodeMaintenanceStatus.Deleted, Message = message },
                cancellationToken
            );
            start.Progress.NodeEnded(_ledger[gone.Uid]);
            scope.Listener.NodeEnded(_ledger.Result(gone.Uid));
        }
    }

    private async Task<(List<NodeRecord> Batch, string? Blocked)> ChooseAsync(CancellationToken cancellationToken)
    {
        long since = scope.Time.GetTimestamp();
        for (bool isTold = false; ; isTold = true)
        {
            (IReadOnlyCollection<Node> nodes, Task changed) = fleet.ObserveAll();
            string[] unready = [.. nodes.Where(n => n.IsControlPlane() && !n.IsReady()).Select(n => n.Metadata.Name)];
            // Nodes locked by other operations are skipped until those have ended.
            List<NodeLock> busy = [];
            IReadOnlyList<MaintenanceCandidate> candidates = Candidates(nodes, busy);
            int limit = start.Limit.Of(candidates.Count);
            BatchChoice choice = BatchRules.Next(candidates, limit, unready);
            // The fit of pods is computed only if a node may start.
            if (choice.Nodes.Any(c => c is { IsPending: true, IsReady: true, IsControlPlane: false }))
            {
                FleetSurvey survey = await SurveyAsync(Pending(), cancellationToken);
                choice = BatchRules.Next(candidates, limit, unready, survey.Room);
                WarnOfNewForecast(survey, choice);
            }

            if (choice.Nodes.Count == 0 && choice.WaitsFor.Length == 0 && busy.Count > 0)
                choice = new([], $"other operations to end: {NameList.Of(busy.Select(b => b.ToString()))}");
            if (choice.Nodes.Count > 0 || choice.WaitsFor.Length == 0)
                return ([.. choice.Nodes.Select(c => _ledger[c.Uid])], null);
            start.Progress.Wait("Waiting", "for " + choice.WaitsFor);
            if (!isTold)
                scope.Observer.Warning(
                    $"No further node can start: waiting up to {HumanDuration.Format(start.Options.WaitReadyTimeout)} for {choice.WaitsFor}."
                );
            TimeSpan remaining = start.Options.WaitReadyTimeout - scope.Time.GetElapsedTime(since);
            if (remaining <= TimeSpan.Zero)
                return ([], choice.WaitsFor);
            // The expiry of a lock is not an event.
            TimeSpan pause = busy.Count > 0 && remaining > RecheckInterval ? RecheckInterval : remaining;
            await scope.Time.WaitForChangeAsync([changed], pause, cancellationToken);
        }
    }

    private IReadOnlyList<MaintenanceCandidate> Candidates(IReadOnlyCollection<Node> nodes, List<NodeLock>? busy = null)
    {
        bool IsFree(Node node)
        {
            if (scope.Connection.FindOther(node, start.Run.Id) is not { } other)
                return true;
            busy?.Add(other);
            return false;
        }

        Dictionary<string, Node> byUid = nodes.ToDictionary(n => n.Metadata.Uid ?? "");
        return
        [
            .. from record in _ledger.Nodes
            where record.Status != NodeMaintenanceStatus.Skipped && byUid.ContainsKey(record.Uid)
            let node = byUid[record.Uid]
            select new MaintenanceCandidate(
                record.Uid,
                record.Name,
                record.Group ?? "",
                record.IsControlPlane,
                record.Status == NodeMaintenanceStatus.Pending && IsFree(node),
                node.IsReady(),
                node.Spec.Unschedulable == true
            )
            {
                WasUnavailable = record.WasUnavailable,
                GoesAlone = record.GoesAlone,
                InterruptedBatch = IsInProgress(record) ? Math.Max(1, record.Batch) : 0,
            },
        ];
    }

    // All nodes of the batch have to stay Ready for the whole time.
    private async Task SoakAsync(List<NodeRecord> batch, CancellationToken cancellationToken)
    {
        if (start.Options.Soak <= TimeSpan.Zero)
            return;
        List<string> uids = [.. batch.Where(n => _ledger[n.Uid].Status == NodeMaintenanceStatus.Completed).Select(n => n.Uid)];
        long healthySince = scope.Time.GetTimestamp(),
            brokenSince = healthySince;
        while (uids.Count > 0)
        {
            Task changed = fleet.Changed();
            List<Node> nodes = [.. uids.Select(fleet.Find).OfType<Node>()];
            string[] broken = [.. nodes.Where(n => !n.IsReady()).Select(n => n.Metadata.Name)];
            if (broken.Length == 0)
                brokenSince = scope.Time.GetTimestamp();
            else
                healthySince = scope.Time.GetTimestamp();
            TimeSpan remaining =
                broken.Length == 0
                    ? start.Options.Soak - scope.Time.GetElapsedTime(healthySince)
                    : start.Options.WaitReadyTimeout - scope.Time.GetElapsedTime(brokenSince);
            if (remaining <= TimeSpan.Zero && broken.Length == 0)
                return;
            if (remaining <= TimeSpan.Zero)
                throw new NodeManagerException(
                    ErrorIds.MaintenanceBlocked,
                    ErrorKind.ResourceUnavailable,
                    $"Maintenance run {start.Run.Id} is blocked: {NameList.Of(broken)} did not stay Ready after the maintenance.",
                    start.Run.Id,
                    "Check these nodes, then resume with -ResumeId."
                );
            if (broken.Length == 0)
                start.Progress.Wait(
                    "Soaking",
                    $"until {TimeZoneInfo.ConvertTime(scope.Now + remaining, scope.Time.LocalTimeZone):HH:mm:ss}; {NameList.Of(uids.Select(u => _ledger[u].Name))} to stay Ready"
                );
            else
                start.Progress.Wait("Waiting", $"for {NameList.Of(broken)} to be Ready again");
            await scope.Time.WaitForChangeAsync([changed], remaining < RecheckInterval ? remaining : RecheckInterval, cancellationToken);
        }
    }

    private RunState End(string? blocked)
    {
        IReadOnlyList<NodeRecord> nodes = _ledger.Nodes;
        int failed = nodes.Count(n => n.Status == NodeMaintenanceStatus.Failed),
            open = nodes.Count(n => n.IsOpen),
            unstarted = nodes.Count(n => n.IsOpen && !n.IsStarted);
        string? message =
            blocked is not null ? $"Timed out waiting for {blocked}."
            : failed > 0 ? $"{failed} failed{(unstarted > 0 ? $", {unstarted} not started" : "")}."
            : null;
        return new()
        {
            Holder = start.Lease.Holder,
            Status =
                open > 0 ? NodeMaintenanceRunStatus.Stopped
                : failed > 0 ? StatusOfFailed()
                : NodeMaintenanceRunStatus.Completed,
            EndedAt = open > 0 ? null : scope.Now,
            Message = InTheMiddle() is { } started ? $"{message} {started}".TrimStart() : message,
        };
    }

    // After a failure in the last batch no node remains to start, but the run can be resumed.
    private string StatusOfFailed() =>
        start.Options.OnError == MaintenanceErrorAction.Stop ? NodeMaintenanceRunStatus.Stopped : NodeMaintenanceRunStatus.Failed;

    private string? InTheMiddle()
    {
        string[] begun = [.. _ledger.Nodes.Where(n => n.IsStarted).Select(n => n.Name)];
        return begun.Length == 0 ? null : $"Interrupted during maintenance and left cordoned: {NameList.Of(begun)}.";
    }

    private List<NodeRecord> Pending() => [.. _ledger.Nodes.Where(n => n.Status == NodeMaintenanceStatus.Pending)];

    private async Task CloseAsync(RunState state, CancellationToken cancellationToken)
    {
        if (start.Lease.Lost.IsCancellationRequested && !start.Lease.IsStopped)
            return;
        bool isInterrupted = state.Status == NodeMaintenanceRunStatus.Interrupted;
        using CancellationTokenSource limit = new(isInterrupted ? CleanUpLimit.Duration : TidyUp);
        await using CancellationTokenRegistration interrupt = cancellationToken.Register(() => limit.CancelAfter(CleanUpLimit.Duration));
        try
        {
            await start.Store.WriteAsync(state, limit.Token);
            await start.Lease.ReleaseAsync(limit.Token);
        }
        catch (Exception exception)
        {
            string text =
                $"The end of run {start.Run.Id} was not recorded: {exception.Message} The run can be resumed when its Lease has expired.";
            if (isInterrupted)
                scope.Observer.Verbose(text);
            else
                scope.Observer.Warning(text);
            return;
        }

        if (isInterrupted)
            return;
        try
        {
            if (state.Status == NodeMaintenanceRunStatus.Stopped)
                await MaintenanceScope.EachAsync(Pending().Where(n => !n.IsStarted), ReleaseUnstartedAsync, limit.Token);
            await RunDirectory.PruneAsync(scope.Connection, scope.Namespace, scope.Request.History, limit.Token);
        }
        catch (Exception exception)
        {
            scope.Observer.Verbose($"Run {start.Run.Id} has ended, but its cleanup failed: {exception.Message}");
        }
    }

    private async Task ReleaseUnstartedAsync(NodeRecord node, CancellationToken cancellationToken)
    {
        try
        {
            await start.Claims.ReleaseAsync(node.Name, node.Uid, cancellationToken);
            await _conditions.EndAsync(node.Name, "MaintenanceStopped", false, cancellationToken);
        }
        catch (NodeGoneException)
        {
            // It has no holder.
        }
    }

    private static bool IsInProgress(NodeRecord node) => node.Status == NodeMaintenanceStatus.InProgress;

    private int RemainingBatches(List<NodeRecord> batch)
    {
        IReadOnlyList<MaintenanceCandidate> candidates = Candidates(fleet.Items);
        HashSet<string> current = [.. batch.Select(n => n.Uid)];
        int interrupted = _ledger.Nodes.Where(n => IsInProgress(n) && !current.Contains(n.Uid)).DistinctBy(n => n.Batch).Count();
        return 1 + interrupted + BatchRules.Count(candidates, start.Limit.Of(candidates.Count));
    }
}
