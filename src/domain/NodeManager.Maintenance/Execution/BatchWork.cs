using System.Collections.Concurrent;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes;
using NodeManager.Core.Progress;
using NodeManager.Drains;
using NodeManager.Kubernetes.Transport;
using NodeManager.Maintenance.Batches;
using NodeManager.Maintenance.Options;
using NodeManager.Maintenance.Records;
using NodeManager.Runs;
using NodeManager.Runs.Claims;

namespace NodeManager.Maintenance.Execution;

/// <summary>One batch: cordons its nodes, drains them together, and finishes each when its drain ends.</summary>
internal sealed class BatchWork(
    MaintenanceScope scope,
    MaintenanceOptions options,
    RunProgressLog ledger,
    RunLease lease,
    NodeWork work,
    ObjectCache<Node> fleet,
    MaintenanceProgress progress
)
{
    private const int DrainAttempts = 6;

    private static readonly RetryPolicy DrainRetry = new()
    {
        FirstPause = TimeSpan.FromSeconds(1),
        LongestPause = TimeSpan.FromSeconds(16),
    };

    private readonly StuckBatch _stuck = new(scope, options, ledger, fleet);
    private readonly List<Task> _tails = [];

    /// <summary>Completes when all nodes of the batch are done, failed or gone.</summary>
    public async Task RunAsync(IReadOnlyList<NodeRecord> batch, CancellationToken cancellationToken)
    {
        ConcurrentDictionary<string, bool> isCordoned = [];
        await MaintenanceScope.EachAsync(
            batch,
            async (node, _) => isCordoned[node.Uid] = await work.CordonAsync(node.Uid, cancellationToken),
            cancellationToken
        );
        List<string> nodes = [.. batch.Where(n => isCordoned[n.Uid]).Select(n => n.Uid)];
        List<string> toDrain = [.. nodes.Where(uid => !ledger[uid].HasDone(NodeMaintenanceStepName.Drain))];
        _tails.AddRange(nodes.Except(toDrain).Select(uid => work.FinishAsync(uid, null, cancellationToken)));
        try
        {
            await DrainAsync(toDrain, nodes, cancellationToken);
        }
        finally
        {
            // Also after an interrupt: no work continues after the run's end.
            await Task.WhenAll(_tails);
        }
    }

    private async Task DrainAsync(List<string> remaining, List<string> batch, CancellationToken cancellationToken)
    {
        await Task.WhenAll(remaining.Select(uid => ledger.BeginAsync(uid, NodeMaintenanceStepName.Drain, cancellationToken)));
        remaining.ForEach(uid => progress.Step(ledger[uid], NodeMaintenanceStepName.Drain));
        for (int attempt = 1; ; attempt++)
        {
            await lease.WaitUntilHeldAsync(cancellationToken);
            foreach (string gone in remaining.Where(uid => fleet.Find(uid) is null).ToList())
            {
                remaining.Remove(gone);
                _tails.Add(work.EndAsync(gone, new NodeGoneException(ledger[gone].Name), cancellationToken));
            }

            if (remaining.Count == 0)
                return;
            if (await TryDrainAsync(remaining, batch, attempt == DrainAttempts, cancellationToken) is { } stuck)
            {
                await GiveBackAsync(stuck, remaining, batch, cancellationToken);
                attempt = 0;
                continue;
            }

            if (remaining.Count > 0)
                await Task.Delay(DrainRetry.PauseAfter(attempt), scope.Time, cancellationToken);
        }
    }

    // A drain pauses while the hold on the run is in doubt; it also stops if it waits for nodes of its own run.
    private async Task<ReleasedNode?> TryDrainAsync(
        List<string> remaining,
        List<string> batch,
        bool isLast,
        CancellationToken cancellationToken
    )
    {
        Dictionary<string, NodeRecord> byName = remaining.Select(uid => ledger[uid]).ToDictionary(n => n.Name);
        DrainListener listener = new(scope.Observer, progress, byName);
        CancellationToken doubt = lease.InDoubt;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, doubt);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        Task<ReleasedNode> watching = WatchAsync(batch, stop, over.Token);
        try
        {
            await foreach (
                NodeDrainResult result in NodeDrainer.DrainAsync(
                    scope.Session,
                    // By UID: the fleet cache may not show yet that another node has registered under the name.
                    [.. byName.Values.Select(n => new NodeTarget(n.Name, n.Uid))],
                    options.Drain with
                    {
                        IsOfSeveral = ledger.Nodes.Count > 1,
                    },
                    listener,
                    stop.Token,
                    work.Use,
                    scope.ConditionRefusals
                )
            )
            {
                cancellationToken.ThrowIfCancellationRequested();
                string uid = byName[result.Node].Uid;
                if ((!isLast || watching.IsCompletedSuccessfully) && MayPass(result))
                    continue;
                remaining.Remove(uid);
                _tails.Add(
                    IsUncordoned(result)
                        ? work.EndAsync(uid, new NodeFailedException(result.Summary) { IsNeeded = true }, cancellationToken)
                        : work.FinishAsync(uid, result, cancellationToken)
                );
            }
        }
        catch (NodeManagerException exception)
            when (!cancellationToken.IsCancellationRequested && exception.ErrorId != ErrorIds.SessionClosed)
        {
            if (!isLast && TransientFailure.Is(exception))
                return null;
            foreach (string uid in remaining)
                _tails.Add(work.EndAsync(uid, exception, cancellationToken));
            remaining.Clear();
        }
        finally
        {
            await over.CancelAsync();
            await ((Task)watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return watching.IsCompletedSuccessfully ? await watching : null;
    }

    private async Task<ReleasedNode> WatchAsync(List<string> batch, CancellationTokenSource stop, CancellationToken cancellationToken)
    {
        ReleasedNode stuck = await _stuck.WatchAsync(batch, cancellationToken);
        await stop.CancelAsync();
        return stuck;
    }

    // One of several nodes is released and retried later, alone; then its forecast is all that remains to apply.
    private async Task GiveBackAsync(ReleasedNode stuck, List<string> remaining, List<string> batch, CancellationToken cancellationToken)
    {
        if (remaining.Find(uid => ledger[uid].Name == stuck.Node) is not { } uid)
            return;
        string pods =
            $"{NameList.Of(stuck.Pods)} {(stuck.Pods.Count == 1 ? "fits" : "fit")} only on nodes that this run has cordoned. The drain waits for {(stuck.Pods.Count == 1 ? "it" : "them")}.";
        remaining.Remove(uid);
        bool isAlone = batch.Count == 1 || ledger[uid].GoesAlone;
        if (isAlone)
            await work.EndAsync(uid, new NodeFailedException(pods) { IsNeeded = true }, cancellationToken);
        else
            await work.YieldAsync(uid, pods, cancellationToken);
    }

    // Another client uncordoned it: the run releases it.
    private static bool IsUncordoned(NodeDrainResult result) => result.CancelReason == NodeDrainCancelReason.Uncordoned;

    private static bool MayPass(NodeDrainResult result) =>
        result is { Status: NodeDrainStatus.Cancelled, CancelReason: NodeDrainCancelReason.Interrupted }
        || (
            result.Status == NodeDrainStatus.Failed
            && result.Blockers.Count > 0
            && result.Blockers.All(b => b.Kind is "Server" or "Termination")
        );
}
