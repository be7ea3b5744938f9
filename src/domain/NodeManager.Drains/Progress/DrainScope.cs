using Microsoft.Extensions.Logging;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Options;
using NodeManager.Drains.Planning;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Drains.Progress;

/// <summary>The state shared by all nodes of one run.</summary>
internal sealed class DrainScope(
    NodeManagerSession session,
    ClusterConnection connection,
    DrainOptions options,
    IOperationObserver observer,
    ConditionRefusals? refusals,
    CancellationToken cancellationToken,
    CancellationToken withdrawal
) : IDisposable
{
    private readonly HashSet<string> _causes = [];
    private readonly TerminationHistory _history = connection.Get<TerminationHistory>();
    private readonly CancellationTokenSource _interruption = CancellationTokenSource.CreateLinkedTokenSource(
        connection.Closed,
        cancellationToken
    );
    private readonly CancellationTokenSource _withdrawal = CancellationTokenSource.CreateLinkedTokenSource(withdrawal);

    public NodeManagerSession Session { get; } = session;

    public ClusterConnection Connection { get; } = connection;

    public KubernetesClient Client => Connection.Client;

    public ObjectCaches Caches => Connection.Caches();

    public TimeProvider Time => Connection.Time;

    public ILogger Logger => Connection.Logger;

    public DrainOptions Options { get; } = options;

    public IOperationObserver Observer { get; } = observer;

    /// <summary>Of the whole call, which may have several runs.</summary>
    public ConditionRefusals ConditionRefusals { get; } = refusals ?? new(observer);

    /// <summary>For reads during a drain.</summary>
    public UnreachableServerRetry Retry { get; } = new(connection.Time, observer);

    /// <summary>Held during a request that changes something, never during a wait, so that a blocked pod does not delay others.</summary>
    public SemaphoreSlim Throttle { get; } = new(Math.Max(1, options.ThrottleLimit));

    /// <summary>Held by a pod from its request until it is gone, unless the server refuses.</summary>
    public EvictionSlots Slots { get; } = new(options.MaxParallelEvictions);

    /// <summary>When cancelled, all nodes stop. Nodes without an evicted pod are uncordoned.</summary>
    public CancellationToken Withdrawal => _withdrawal.Token;

    /// <summary>When cancelled, a caller waits for the results: they follow within two seconds.</summary>
    public CancellationToken Interruption => _interruption.Token;

    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>For comparison with times that the server has set, such as a pod's deletionTimestamp.</summary>
    public DateTimeOffset ServerNow => Client.ServerTime;

    public DateTimeOffset StartedAt { get; } = connection.Time.GetUtcNow();

    /// <summary>Until the requested timeout; null without one.</summary>
    public TimeSpan? Remaining => Options.HasTimeout ? Options.Timeout - (Now - StartedAt) : null;

    /// <summary>Warns once for each cause in a run. Thread-safe.</summary>
    public void WarnOnce(string cause, string message)
    {
        lock (_causes)
        {
            if (!_causes.Add(cause))
                return;
        }

        Observer.Warning(message);
    }

    /// <summary>Waits for the delay with 10 % jitter, so that many waiters do not return together.</summary>
    public Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken) =>
        Time.DelayAsync(delay * (0.9 + (Random.Shared.NextDouble() * 0.2)), cancellationToken);

    /// <summary>
    /// How long a begun request may take once the run stops. Longer if another node's failure is the cause and the timeout allows it: a
    /// node must not stay cordoned because the server is slow.
    /// </summary>
    public TimeSpan GraceOf(TimeSpan usual)
    {
        if (!Withdrawal.IsCancellationRequested || Interruption.IsCancellationRequested)
            return usual;
        TimeSpan longest = 15 * usual;
        return Remaining < longest ? TimeSpan.FromTicks(Math.Max(usual.Ticks, Remaining.Value.Ticks)) : longest;
    }

    public Task InterruptAsync() => _interruption.CancelAsync();

    /// <summary>Records the result of a node, and stops the others if requested.</summary>
    public void Ended(NodeDrainResult result)
    {
        if (Options.StopAtFailure && result.Status is not (NodeDrainStatus.Drained or NodeDrainStatus.Cancelled))
            _withdrawal.Cancel();
    }

    /// <summary>Records how long the evicted pods took to terminate, for later plans.</summary>
    public void RecordTerminations(IEnumerable<PodRecord> records)
    {
        foreach (PodRecord record in records)
            if (
                record is { Plan.Decision: DrainDecision.Evict, Outcome: DrainPodOutcome.Evicted or DrainPodOutcome.Deleted }
                && record.Steps.DurationOf(DrainStep.Terminate) is { } duration
            )
                _history.Add(record.Pod, DurationSource.GraceOf(record.Plan), duration);
    }

    public void Dispose()
    {
        Throttle.Dispose();
        _interruption.Dispose();
        _withdrawal.Dispose();
    }
}
