using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Errors;
using NodeManager.Scheduling;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>The independent drains of an update: a hanging one delays only its node. One caller at a time.</summary>
internal sealed class RollDrains(RollScope context, RollProgressLog book)
{
    // The limit of the wait for pods that no kubelet may be able to terminate.
    private static readonly TimeSpan AbsentKubelet = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Running> _running = new(StringComparer.Ordinal);

    /// <summary>Each completes with its drain.</summary>
    public IEnumerable<Task> Ends => _running.Values.Select(static one => one.Task);

    public bool Has(string uid) => _running.ContainsKey(uid);

    /// <summary>Starts a drain, or resumes the one that an earlier process has begun.</summary>
    /// <param name="limit">The timeout of the drain; zero: none.</param>
    public async Task StartAsync(RollNode node, Node registered, TimeSpan limit, CancellationToken cancellationToken)
    {
        DateTimeOffset since =
            node.Status == NodePoolUpdateNodeStatus.Draining && node.DrainedSince is { } begun ? begun : context.Scope.Now;
        int attempts = node.Status == NodePoolUpdateNodeStatus.Draining ? node.Attempts : node.Attempts + 1;
        await book.UpdateAsync(
            node.Uid,
            one => one with { Status = NodePoolUpdateNodeStatus.Draining, DrainedSince = since, Attempts = attempts, Message = "" },
            cancellationToken
        );
        _running[node.Uid] = Start(book[node.Uid], registered.IsReady(), limit, since, cancellationToken);
    }

    /// <summary>Restarts drains whose timeout has changed.</summary>
    public void Limit(TimeSpan limit)
    {
        foreach (Running one in _running.Values.Where(one => one.Limit != limit))
            one.Stop.Cancel();
    }

    /// <summary>Records completed drains; those stopped for another timeout are restarted.</summary>
    /// <returns>True if one has completed.</returns>
    public async Task<bool> CollectAsync(TimeSpan limit, bool isPaused, CancellationToken cancellationToken)
    {
        bool any = false;
        foreach ((string uid, Running run) in _running.Where(static one => one.Value.Task.IsCompleted).ToList())
        {
            any = true;
            _running.Remove(uid);
            NodeDrainResult? result = await run.Task;
            RollNode node = book[uid];
            await book.UpdateAsync(uid, one => one with { Evicted = one.Evicted + Evictions(result) }, cancellationToken);
            if (result?.CancelReason == NodeDrainCancelReason.Interrupted && run.Limit != limit && !isPaused)
                _running[uid] = Start(node, run.IsReady, limit, run.Since, cancellationToken);
            else
                await EndAsync(node, result, run, cancellationToken);
            run.Stop.Dispose();
        }

        return any;
    }

    /// <summary>Stops all drains; their nodes stay cordoned and pending.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (Running one in _running.Values)
            await one.Stop.CancelAsync();
        foreach ((string uid, Running run) in _running.ToList())
        {
            NodeDrainResult? result = await run.Task;
            _running.Remove(uid);
            RollNode node = book[uid];
            await book.UpdateAsync(uid, one => one with { Evicted = one.Evicted + Evictions(result) }, cancellationToken);
            await EndAsync(node, result, run, cancellationToken);
            run.Stop.Dispose();
        }
    }

    /// <summary>Waits until no drain is running. Writes nothing.</summary>
    public async Task LeaveAsync()
    {
        foreach (Running one in _running.Values)
            await one.Stop.CancelAsync();
        await Task.WhenAll(_running.Values.Select(static one => one.Task));
    }

    /// <summary>Records the evictions of unfinished drains: the resuming drain counts only its own.</summary>
    public async Task RecordAsync(CancellationToken cancellationToken)
    {
        List<Task> writes = [];
        foreach ((string uid, Running run) in _running)
        {
            NodeDrainResult? result = await run.Task;
            if (Evictions(result) is > 0 and int evicted)
                writes.Add(book.UpdateAsync(uid, one => one with { Evicted = one.Evicted + evicted }, cancellationToken));
        }

        _running.Clear();
        await Task.WhenAll(writes);
    }

    // The next drain of the node finds pods that still terminate as terminating, and does not count them.
    private static int Evictions(NodeDrainResult? result) =>
        result is null
            ? 0
            : result.Evicted + result.Pods.Count(static pod => pod is { Outcome: DrainPodOutcome.Terminating, Attempts: > 0 });

    private async Task EndAsync(RollNode node, NodeDrainResult? result, Running run, CancellationToken cancellationToken)
    {
        switch (result?.Status)
        {
            case NodeDrainStatus.Drained:
                await book.UpdateAsync(
                    node.Uid,
                    static one => one with { Status = NodePoolUpdateNodeStatus.Drained, DrainedSince = null, Message = "" },
                    cancellationToken
                );
                await book.SetAsync(state => state with { DrainedAt = context.Scope.Now }, cancellationToken);
                break;
            case NodeDrainStatus.Cancelled when result.CancelReason == NodeDrainCancelReason.Interrupted:
            case NodeDrainStatus.Blocked when DrainFailures.Of(result) is { ErrorId: ErrorIds.NodeBusy }:
                // A cancelled drain, or one of a locked node, does not count as an attempt.
                await book.UpdateAsync(
                    node.Uid,
                    static one =>
                        one with
                        {
                            Status = NodePoolUpdateNodeStatus.Pending,
                            DrainedSince = null,
                            Attempts = Math.Max(0, one.Attempts - 1),
                        },
                    cancellationToken
                );
                break;
            default:
                string why = result is null ? run.Failure?.Message ?? "The drain ended without a result." : Describe(result);
                await book.UpdateAsync(
                    node.Uid,
                    one => one with { Status = NodePoolUpdateNodeStatus.Skipped, DrainedSince = null, Message = why },
                    cancellationToken
                );
                context.Scope.Observer.Warning(
                    $"Node {node.Node} is skipped and stays cordoned: {why} {(node.Attempts > 1 ? "To try it again, use Resume-NodePoolUpdate." : "It is tried again when the other nodes are done.")}"
                );
                break;
        }
    }

    private static string Describe(NodeDrainResult result)
    {
        string message = DrainFailures.Of(result)?.Message ?? $"Its drain ended as {result.Status}.";
        return result.Blockers is [{ Message.Length: > 0 } first, ..] ? $"{message} {first.Message}" : message;
    }

    private Running Start(RollNode node, bool isReady, TimeSpan limit, DateTimeOffset since, CancellationToken cancellationToken)
    {
        TimeSpan remaining = limit <= TimeSpan.Zero ? TimeSpan.Zero : limit - (context.Scope.Now - since);
        // The clock may have been set back.
        if (limit > TimeSpan.Zero)
            remaining =
                remaining > limit ? limit
                : remaining < Least ? Least
                : remaining;
        DrainOptions options = book.Record.Options.Drain with
        {
            IsOfSeveral = book.All.Count > 1,
            Timeout = remaining,
            SkipWaitForDeleteTimeout = isReady ? null : AbsentKubelet,
            Reason = $"Update of pool {context.Request.Pool}",
        };
        var run = new Running(CancellationTokenSource.CreateLinkedTokenSource(cancellationToken), limit, since, isReady);
        run.Task = Task.Run(() => DrainAsync(node, options, run), CancellationToken.None);
        return run;
    }

    private async Task<NodeDrainResult?> DrainAsync(RollNode node, DrainOptions options, Running run)
    {
        NodeDrainResult? last = null;
        NodeLockUse use = new()
        {
            Kind = NodeLockKind.PoolUpdate,
            Operation = book.Record.Id,
            Waits = false,
        };
        try
        {
            await foreach (
                NodeDrainResult result in NodeDrainer.DrainAsync(
                    context.Scope.Session,
                    [new NodeTarget(node.Node, node.NodeUid)],
                    options,
                    context.Scope.Observer,
                    run.Stop.Token,
                    use,
                    context.Scope.ConditionRefusals
                )
            )
                last = result;
        }
        catch (Exception exception) when (exception is NodeManagerException or OperationCanceledException or KubernetesException)
        {
            run.Failure = exception;
        }

        return last;
    }

    private sealed class Running(CancellationTokenSource stop, TimeSpan limit, DateTimeOffset since, bool isReady)
    {
        public CancellationTokenSource Stop => stop;

        public TimeSpan Limit => limit;

        public DateTimeOffset Since => since;

        public bool IsReady => isReady;

        public Exception? Failure { get; set; }

        public Task<NodeDrainResult?> Task { get; set; } = System.Threading.Tasks.Task.FromResult<NodeDrainResult?>(null);
    }
}
