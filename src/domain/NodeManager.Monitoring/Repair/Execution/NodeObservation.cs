using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Monitoring.Repair.Execution;

/// <summary>The observed state of a node in repair. Thread-safe.</summary>
internal sealed class NodeObservation(TimeProvider time)
{
    private readonly Lock _lock = new();
    private ObservedNode _state = new(null, null, null, true);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ObservedNode State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    public void Set(ObservedNode state)
    {
        lock (_lock)
        {
            if (_state == state)
                return;
            _state = state;
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Completes when the nodes are observable.</summary>
    public Task<ObservedNode> WaitUntilObservableAsync(CancellationToken cancellationToken) =>
        UntilAsync(static state => !state.IsBlind, static _ => null, null, cancellationToken)!;

    /// <summary>
    /// Completes when the node has been healthy for this time, is gone, or no longer belongs to the run; or at the time limit, which is
    /// suspended during an outage.
    /// </summary>
    /// <param name="isOver">A further condition that ends the wait.</param>
    /// <param name="atMost">The time limit; null: none.</param>
    public Task<ObservedNode> RecoveredAsync(
        TimeSpan healthyFor,
        Func<ObservedNode, bool> isOver,
        TimeSpan? atMost,
        CancellationToken cancellationToken
    ) =>
        UntilAsync(
            state => !state.IsBlind && (isOver(state) || state.IsHealthyFor(healthyFor, time.GetUtcNow())),
            state => state.HealthySince + healthyFor,
            atMost,
            cancellationToken
        );

    private async Task<ObservedNode> UntilAsync(
        Func<ObservedNode, bool> isMet,
        Func<ObservedNode, DateTimeOffset?> due,
        TimeSpan? atMost,
        CancellationToken cancellationToken
    )
    {
        DateTimeOffset? end = time.GetUtcNow() + atMost;
        while (true)
        {
            (ObservedNode state, Task changed) = Observe();
            DateTimeOffset now = time.GetUtcNow();
            if (isMet(state) || (!state.IsBlind && end <= now))
                return state;
            DateTimeOffset? next =
                state.IsBlind ? null
                : due(state) is { } at && at > now && !(end < at) ? at
                : end;
            await time.WaitForChangeAsync([changed], next - now, cancellationToken);
        }
    }

    private (ObservedNode State, Task Changed) Observe()
    {
        lock (_lock)
            return (_state, _changed.Task);
    }
}

/// <summary>The known state of a node.</summary>
/// <param name="Node">The current node; null if it is gone.</param>
/// <param name="Finding">The finding to repair; null without one.</param>
/// <param name="IsBlind">True during an outage: the rest is the state before it.</param>
internal sealed record ObservedNode(Node? Node, NodeFinding? Finding, DateTimeOffset? HealthySince, bool IsBlind)
{
    public string Uid => Node?.Metadata.Uid ?? "";

    public bool IsGone => !IsBlind && Node is null;

    public bool IsHealthyFor(TimeSpan time, DateTimeOffset now) =>
        !IsBlind && Node is not null && Finding is null && HealthySince + time <= now && Node.IsReady();
}
