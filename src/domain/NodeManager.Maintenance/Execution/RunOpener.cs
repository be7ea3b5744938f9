using NodeManager.Controllers.Caching;
using NodeManager.Controllers.Leasing;
using NodeManager.Core.Errors;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Commands;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Maintenance.Batches;
using NodeManager.Maintenance.Options;
using NodeManager.Maintenance.Records;
using NodeManager.Runs;
using NodeManager.Runs.Claims;

namespace NodeManager.Maintenance.Execution;

/// <summary>Starts a run, or resumes an interrupted one: takes its Lease, then its record, then all of its nodes.</summary>
internal sealed class RunOpener(MaintenanceScope scope, CacheUse<Node> nodes)
{
    // A later run with the same options is another maintenance, such as next month's patches.
    private static readonly TimeSpan SameAgain = TimeSpan.FromDays(1);

    private readonly string _by = scope.Session.Who();

    /// <summary>The run to resume, if it is already completed.</summary>
    public StoredRun? Completed { get; private set; }

    /// <summary>Null if the run is <see cref="Completed"/>: nothing was changed.</summary>
    public async Task<RunStart?> OpenAsync(CancellationToken cancellationToken)
    {
        MaintenanceRequest request = scope.Request;
        string work = OptionText.HashWork(request.WorkText);
        // Invalid options are reported before any request.
        MaintenanceOptions options = Complete(request.Options);
        await nodes.CatchUpAsync(cancellationToken);
        StoredRun? stored;
        List<Node> targets = [];
        stored =
            request.RunId is { } begun ? await FindBegunAsync(begun, cancellationToken)
            : request.ResumeId is { } id
                ? await RunDirectory.FindAsync(scope.Connection, id, scope.Namespace, scope.Session.Cluster, cancellationToken)
            : null;
        if (stored is not null)
        {
            CheckWork(stored.Run, request, scope.Observer);
            if (stored.State.Status == NodeMaintenanceRunStatus.Completed)
            {
                Completed = stored;
                return null;
            }

            options = Complete(OptionText.Overlay(stored.Run.Options, request)) with
            {
                NodeCommand = options.NodeCommand,
                Reboot = options.Reboot,
            };
            stored = Regroup(stored, options);
        }
        else
        {
            targets = Resolve(request.Nodes);
            TopologyGroup.Check(targets, options.TopologyKey, scope.Observer);
            if (request.RunId is null)
                stored = await FindSameAsync(OptionText.Fingerprint(options, work), targets, cancellationToken);
        }

        if (options.UsesCommands)
            await NodeCommandAccess.CheckAsync(scope.Session, cancellationToken);
        RunRecord run =
            stored?.Run
            ?? new()
            {
                Id = request.RunId ?? RunLayout.NewId(scope.Now),
                By = _by,
                At = scope.Now,
                Nodes = targets.Count,
                Options = options,
                Work = work,
                Fingerprint = OptionText.Fingerprint(options, work),
            };
        return await OpenAsync(run, stored, options, targets, cancellationToken);
    }

    private async Task<RunStart> OpenAsync(
        RunRecord run,
        StoredRun? stored,
        MaintenanceOptions options,
        List<Node> targets,
        CancellationToken cancellationToken
    )
    {
        RunLease lease = new(scope, run.Id, scope.Session.NewHolder());
        scope.Lost = lease.Lost;
        MaintenanceProgress progress = new(scope, run.Id);
        try
        {
            return await ClaimAsync(run, stored, options, targets, lease, progress, cancellationToken);
        }
        catch
        {
            progress.Dispose();
            using CancellationTokenSource limit = CleanUpLimit.Start();
            await IgnoreErrorsAsync(() => lease.ReleaseAsync(limit.Token));
            await lease.DisposeAsync();
            throw;
        }
    }

    private async Task<RunStart> ClaimAsync(
        RunRecord run,
        StoredRun? stored,
        MaintenanceOptions options,
        List<Node> targets,
        RunLease lease,
        MaintenanceProgress progress,
        CancellationToken cancellationToken
    )
    {
        RunStore store = new(scope, run, lease.Holder);
        ClaimWriter claims = new(scope, run.Id, lease.Holder);
        ClaimTaker taker = new(scope, claims);
        RunState state = new() { Holder = lease.Holder, At = scope.Now };
        IReadOnlyList<NodeRecord> nodes = stored?.Nodes ?? [.. targets.Select((node, index) => Describe(node, index, options))];
        if (stored is null)
            await taker.RefuseIfTakenAsync(targets, run.Id, cancellationToken);
        await RunNamespace.EnsureAsync(
            scope,
            () => lease.TakeAsync(sign => Wait(run, sign, progress), cancellationToken),
            cancellationToken
        );
        if (stored is null)
        {
            if (scope.Request.RunId is not null)
                await DeleteOrphanedPagesAsync(run.Id, run.Nodes, cancellationToken);
            await store.CreateAsync(state, nodes, cancellationToken);
        }
        else
        {
            nodes = Regroup((await store.TakeOverAsync(stored, state, cancellationToken)), options).Nodes;
            int done = nodes.Count(n => n.Status is NodeMaintenanceStatus.Completed or NodeMaintenanceStatus.Deleted);
            scope.Observer.Warning(
                $"Resuming maintenance run {run.Id}, started by {run.By} at {run.At:u}: {done} of {nodes.Count(n => n.Status != NodeMaintenanceStatus.Skipped)} nodes are done."
            );
        }

        RunProgressLog ledger = new(scope, run, store, _by, nodes);
        scope.Listener.Started(ledger.Describe(state));
        await ClaimNodesAsync(ledger, taker, claims, store, state, stored is null ? run : null, progress, cancellationToken);
        progress.Start(ledger, options.Soak);
        return new(
            options,
            UnavailabilityLimit.Parse(options.MaxUnavailable),
            Windows(options),
            run,
            store,
            lease,
            claims,
            ledger,
            progress
        );
    }

    // A new run that cannot claim its nodes is undone.
    private async Task ClaimNodesAsync(
        RunProgressLog ledger,
        ClaimTaker taker,
        ClaimWriter claims,
        RunStore store,
        RunState state,
        RunRecord? created,
        MaintenanceProgress progress,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await taker.TakeAsync(ledger, progress, cancellationToken);
        }
        catch when (scope.IsStopping)
        {
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(1), scope.Time);
            await IgnoreErrorsAsync(() =>
                store.WriteAsync(state with { Status = NodeMaintenanceRunStatus.Interrupted, At = scope.Now }, limit.Token)
            );
            throw;
        }
        catch when (created is not null)
        {
            await UndoAsync(ledger, claims, created);
            throw;
        }
    }

    // Other options change the nodes' groups and include the control plane.
    private StoredRun Regroup(StoredRun stored, MaintenanceOptions options)
    {
        Dictionary<string, Node> byUid = nodes.Cache.Items.ToDictionary(n => n.Metadata.Uid ?? "");
        bool isOther = options.TopologyKey != stored.Run.Options.TopologyKey;
        if (isOther)
            TopologyGroup.Check(
                [.. stored.Nodes.Select(n => byUid.GetValueOrDefault(n.Uid)).OfType<Node>()],
                options.TopologyKey,
                scope.Observer
            );
        return stored with
        {
            Head = stored.Head with { Run = stored.Run with { Options = options } },
            Nodes =
            [
                .. stored.Nodes.Select(n =>
                    n with
                    {
                        Group =
                            isOther && byUid.GetValueOrDefault(n.Uid) is { } node
                                ? TopologyGroup.GroupOf(node, options.TopologyKey)
                                : n.Group,
                        Status =
                            n.Status == NodeMaintenanceStatus.Skipped && options.IncludeControlPlane
                                ? NodeMaintenanceStatus.Pending
                                : n.Status,
                        Message = n.Status == NodeMaintenanceStatus.Skipped && options.IncludeControlPlane ? null : n.Message,
                    }
                ),
            ],
        };
    }

    private MaintenanceOptions Complete(MaintenanceOptions options)
    {
        _ = UnavailabilityLimit.Parse(options.MaxUnavailable);
        if (options.NodeCommandTimeout is { } timeout)
            NodeCommandRequest.CheckTimeout(timeout);
        return options with
        {
            Windows = [.. Windows(options).Select(w => w.Text)],
            NodeCommand = MaintenanceCommand.Check(options.NodeCommand, scope.Request.WorkText.Length > 0),
        };
    }

    private IReadOnlyList<MaintenanceWindow> Windows(MaintenanceOptions options) =>
        [.. options.Windows.Select(w => WindowParser.Parse(w, scope.Time.LocalTimeZone))];

    private List<Node> Resolve(IReadOnlyList<NodeTarget> targets)
    {
        Dictionary<string, Node> byName = nodes.Cache.Items.ToDictionary(n => n.Metadata.Name);
        return
        [
            .. NodeTarget
                .Distinct(targets)
                .Select(target =>
                    byName.GetValueOrDefault(target.Name) is { } node && target.Matches(node.Metadata.Uid)
                        ? node
                        : throw ErrorTranslator.NodeMissing(
                            target.Name,
                            target.Uid,
                            byName.GetValueOrDefault(target.Name)?.Metadata.Uid,
                            scope.Session.Cluster
                        )
                ),
        ];
    }

    private static NodeRecord Describe(Node node, int index, MaintenanceOptions options)
    {
        bool isControlPlane = node.IsControlPlane();
        bool isLeftOut = isControlPlane && !options.IncludeControlPlane;
        return new()
        {
            Index = index,
            Name = node.Metadata.Name,
            Uid = node.Metadata.Uid ?? "",
            Group = TopologyGroup.GroupOf(node, options.TopologyKey),
            IsControlPlane = isControlPlane,
            WasUnavailable = MaintenanceClaim.StaysCordoned(node) || !node.IsReady(),
            Status = isLeftOut ? NodeMaintenanceStatus.Skipped : NodeMaintenanceStatus.Pending,
            Message = isLeftOut ? "Control-plane node: the run excludes it." : null,
        };
    }

    private async Task<StoredRun?> FindBegunAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await RunDirectory.FindAsync(scope.Connection, id, scope.Namespace, scope.Session.Cluster, cancellationToken);
        }
        catch (NodeManagerException missing) when (missing.ErrorId == ErrorIds.MaintenanceNotFound)
        {
            return null;
        }
    }

    // A kill during the creation of a run with an id from its caller leaves pages without a first one.
    private async Task DeleteOrphanedPagesAsync(string id, int nodes, CancellationToken cancellationToken)
    {
        if (RunLayout.Pages(nodes) > 1)
            await RunDirectory.DeletePagesAsync(scope.Connection, id, nodes, scope.Namespace, cancellationToken);
    }

    // The same options for the same nodes: some may be gone, and new ones may be requested.
    private async Task<StoredRun?> FindSameAsync(string fingerprint, List<Node> targets, CancellationToken cancellationToken)
    {
        foreach (RunHead head in await RunDirectory.ListAsync(scope.Connection, scope.Namespace, cancellationToken))
        {
            if (
                head.State.IsOver
                || head.Run.Fingerprint != fingerprint
                || scope.Now - await LastSignAsync(head, cancellationToken) > SameAgain
            )
                continue;
            StoredRun run = await RunDirectory.LoadAsync(scope.Connection, head, scope.Namespace, cancellationToken);
            if (!run.IsComplete)
                continue;
            HashSet<string> known = [.. run.Nodes.Select(n => n.Uid)];
            List<Node> unknown = [.. targets.Where(t => !known.Contains(t.Metadata.Uid ?? ""))];
            if (unknown.Count == targets.Count || unknown.Exists(n => n.Metadata.CreationTimestamp < run.Run.At))
                continue;
            foreach (Node added in unknown)
                scope.Observer.Warning($"Node {added.Metadata.Name} registered after run {run.Run.Id} started and is not part of it.");
            return run;
        }

        return null;
    }

    // Runs take days with short windows; the Lease has the last sign of a killed run.
    private async Task<DateTimeOffset> LastSignAsync(RunHead run, CancellationToken cancellationToken)
    {
        LeaseState sign = await RunLeaseReader.ReadAsync(scope.Connection, run.Run.Id, scope.Namespace, cancellationToken);
        return sign.Lease?.Spec.RenewTime is { } renewed && renewed > run.State.At ? renewed : run.State.At;
    }

    /// <summary>Checks that a run can be resumed with the work of this request.</summary>
    /// <exception cref="NodeManagerException">MaintenanceInvalid: it has a part that was not given.</exception>
    public static void CheckWork(RunRecord run, MaintenanceRequest request, IOperationObserver observer)
    {
        string work = OptionText.HashWork(request.WorkText);
        string? command = MaintenanceCommand.Check(request.Options.NodeCommand, request.WorkText.Length > 0);
        bool isRebootMissing =
            run.Options.Reboot && !request.Options.Reboot && !request.Explicit.Contains(nameof(MaintenanceOptions.Reboot));
        if (run.Work.Length > 0 && work.Length == 0)
            throw MaintenanceErrors.Invalid(
                $"Maintenance run {run.Id} runs a script block on each node, which is not stored with the run.",
                run.Id,
                "Specify the same -ScriptBlock again."
            );
        if ((run.Options.NodeCommand is not null && command is null) || isRebootMissing)
            throw MaintenanceErrors.Invalid(
                $"Maintenance run {run.Id} runs commands as root on each node, which a resumed run does not take from its record.",
                run.Id,
                isRebootMissing ? "Specify -Reboot again, or -Reboot:$false." : "Specify the same -NodeCommand again."
            );
        if (run.Work != work)
            observer.Warning($"The script block is not the one that run {run.Id} was started with.");
        if (run.Options.NodeCommand != command)
            observer.Warning($"The command is not the one that run {run.Id} was started with.");
    }

    private void Wait(RunRecord run, LeaseState sign, MaintenanceProgress progress)
    {
        string wait = $"waiting up to {sign.Duration.TotalSeconds:0} s for its Lease to be renewed";
        scope.Observer.Verbose($"Run {run.Id} is in progress; holder: {sign.Holder}; {wait}.");
        progress.Opening(wait);
    }

    // A run that could not claim its nodes is deleted.
    private async Task UndoAsync(RunProgressLog ledger, ClaimWriter claims, RunRecord run)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(10), scope.Time);
        await Task.WhenAll(
            ledger
                .Nodes.Where(n => n.HasDone(NodeMaintenanceStepName.Claim))
                .Select(n => IgnoreErrorsAsync(() => claims.ReleaseAsync(n.Name, n.Uid, limit.Token)))
        );
        await IgnoreErrorsAsync(() => RunDirectory.DeleteAsync(scope.Connection, run, scope.Namespace, limit.Token));
    }

    private async Task IgnoreErrorsAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception exception)
        {
            scope.Observer.Verbose($"Tidying up after a run that did not begin: {exception.Message}");
        }
    }
}
