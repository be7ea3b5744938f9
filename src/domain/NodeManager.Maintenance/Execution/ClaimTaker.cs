using System.Collections.Concurrent;
using NodeManager.Controllers.Leasing;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Progress;
using NodeManager.Maintenance.Records;
using NodeManager.Runs;
using NodeManager.Runs.Claims;

namespace NodeManager.Maintenance.Execution;

/// <summary>
/// Claims all nodes of a run before the first change. Of two runs for the same node one is refused; claims of expired runs are taken over.
/// </summary>
internal sealed class ClaimTaker(MaintenanceScope scope, ClaimWriter claims)
{
    private readonly HashSet<string> _dead = [];
    private readonly ConcurrentQueue<(MaintenanceClaim From, string Node)> _taken = new();

    /// <summary>Refuses if a live run has one of the nodes, before anything is written.</summary>
    /// <exception cref="NodeManagerException">MaintenanceConflict.</exception>
    public async Task RefuseIfTakenAsync(IEnumerable<Node> nodes, string run, CancellationToken cancellationToken)
    {
        foreach (Node node in nodes)
        {
            MaintenanceClaim? claim = MaintenanceClaim.Read(node.Metadata.Annotations?.GetValueOrDefault(MaintenanceClaim.Key));
            if (claim is not null && claim.Run != run && !_dead.Contains(claim.Run))
                await CheckClaimAsync(node.Metadata.Name, claim, cancellationToken);
        }
    }

    /// <summary>Claims the run's open nodes, and records those that are gone or already done.</summary>
    /// <exception cref="NodeManagerException">MaintenanceConflict.</exception>
    public async Task TakeAsync(RunProgressLog ledger, MaintenanceProgress progress, CancellationToken cancellationToken)
    {
        List<NodeRecord> open =
        [
            .. ledger.Nodes.Where(n => n.IsOpen || n.Status == NodeMaintenanceStatus.Failed).OrderBy(n => n.Uid, StringComparer.Ordinal),
        ];
        // The first one alone: it decides between two runs that start with the same nodes concurrently.
        int claimed = 0;
        async Task ClaimAsync(NodeRecord node, CancellationToken token)
        {
            await TakeAsync(ledger, node, token);
            progress.Opening($"{Interlocked.Increment(ref claimed)} of {open.Count} nodes claimed");
        }

        progress.Opening($"claiming {open.Count} nodes");
        foreach (NodeRecord first in open.Take(1))
            await ClaimAsync(first, cancellationToken);
        await MaintenanceScope.EachAsync(open.Skip(1), ClaimAsync, cancellationToken);
        foreach (IGrouping<(string Run, string Holder), string> run in _taken.GroupBy(t => (t.From.Run, t.From.Holder), t => t.Node))
        {
            string nodes =
                run.Count() == 1
                    ? $"Node {run.Single()} is"
                    : $"{run.Count()} nodes ({NameList.Of(run.Order(StringComparer.Ordinal))}) are";
            scope.Observer.Warning(
                $"{nodes} taken over from maintenance run {run.Key.Run} (holder: {run.Key.Holder}), whose Lease has expired."
            );
        }
    }

    private async Task TakeAsync(RunProgressLog ledger, NodeRecord node, CancellationToken cancellationToken)
    {
        try
        {
            // Released just before the interrupt, and not recorded.
            if (
                node.HasBegun(NodeMaintenanceStepName.Resume)
                && node.Status == NodeMaintenanceStatus.InProgress
                && !await claims.IsClaimedAsync(node.Name, node.Uid, cancellationToken)
            )
            {
                await ledger.UpdateAsync(
                    node.Uid,
                    n =>
                        n.End(NodeMaintenanceStepName.Resume, scope.Now) with
                        {
                            Status = NodeMaintenanceStatus.Completed,
                            DaemonSets = null,
                        },
                    cancellationToken
                );
                return;
            }

            DateTimeOffset begun = scope.Now;
            ClaimOutcome outcome = await ClaimAsync(node, cancellationToken);
            if (outcome.TakenFrom is { } from)
                _taken.Enqueue((from, node.Name));
            bool isInWork = outcome.IsInWork && node.Steps.Count > 0;
            await ledger.UpdateAsync(
                node.Uid,
                n =>
                    (isInWork ? n : Claimed(n, begun, ledger.By)) with
                    {
                        Status =
                            isInWork && n.HasBegun(NodeMaintenanceStepName.Cordon)
                                ? NodeMaintenanceStatus.InProgress
                                : NodeMaintenanceStatus.Pending,
                        Error = null,
                        Message = null,
                    },
                cancellationToken
            );
        }
        catch (NodeGoneException)
        {
            await ledger.UpdateAsync(
                node.Uid,
                n => n with { Status = NodeMaintenanceStatus.Deleted, DaemonSets = null, Message = "The node was deleted." },
                cancellationToken
            );
        }
    }

    private NodeRecord Claimed(NodeRecord node, DateTimeOffset begun, string? by) =>
        (node with { Steps = [], BootId = null, Heartbeat = null, DaemonSets = null, Output = null, Batch = 0 })
            .Begin(NodeMaintenanceStepName.Claim, begun, by)
            .End(NodeMaintenanceStepName.Claim, scope.Now);

    private async Task<ClaimOutcome> ClaimAsync(NodeRecord node, CancellationToken cancellationToken)
    {
        while (true)
        {
            HashSet<string> dead;
            lock (_dead)
                dead = [.. _dead];
            ClaimOutcome outcome = await claims.ClaimAsync(node.Name, node.Uid, dead, cancellationToken);
            if (outcome.Other is not { } other)
                return outcome;
            await CheckClaimAsync(node.Name, other, cancellationToken);
        }
    }

    private async Task CheckClaimAsync(string node, MaintenanceClaim claim, CancellationToken cancellationToken)
    {
        LeaseState sign = await RunLeaseReader.ObserveAsync(
            scope.Connection,
            claim.Run,
            claim.Namespace,
            waits =>
                scope.Observer.Verbose(
                    $"Node {node} is claimed by maintenance run {claim.Run} (holder: {waits.Holder}); waiting up to {waits.Duration.TotalSeconds:0} s for its Lease to be renewed."
                ),
            cancellationToken
        );
        if (sign.IsHeld)
            throw MaintenanceErrors.Claimed(node, claim.Run, sign.Holder, sign.Duration);
        lock (_dead)
            _dead.Add(claim.Run);
    }
}
