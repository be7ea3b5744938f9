using NodeManager.Controllers.Caching;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Monitoring.Repair.Execution;

/// <summary>What the watch sees of a node that is in repair. Thread-safe.</summary>
internal sealed class NodeSight(TimeProvider time)
{
    private readonly Lock _lock = new();
    private SightState _state = new(null, null, null, true);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SightState State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    public void Set(SightState state)
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

    /// <summary>Ends when the nodes can be seen.</summary>
    public Task<SightState> SeenAsync(CancellationToken cancellationToken) =>
        UntilAsync(static state => !state.IsBlind, static _ => null, null, cancellationToken)!;

    /// <summary>Ends when the node has been healthy for so long, is gone, or is no longer the run's; or when the time is over, which it is not while the nodes cannot be seen.</summary>
    /// <param name="healthyFor">How long.</param>
    /// <param name="isOver">What ends the wait beside that.</param>
    /// <param name="atMost">The time; null: without end.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<SightState> RecoveredAsync(
        TimeSpan healthyFor,
        Func<SightState, bool> isOver,
        TimeSpan? atMost,
        CancellationToken cancellationToken
    ) =>
        UntilAsync(
            state => !state.IsBlind && (isOver(state) || state.IsHealthyFor(healthyFor, time.GetUtcNow())),
            state => state.HealthySince + healthyFor,
            atMost,
            cancellationToken
        );

    private async Task<SightState> UntilAsync(
        Func<SightState, bool> isMet,
        Func<SightState, DateTimeOffset?> due,
        TimeSpan? atMost,
        CancellationToken cancellationToken
    )
    {
        DateTimeOffset? end = time.GetUtcNow() + atMost;
        while (true)
        {
            (SightState state, Task changed) = Look();
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

    private (SightState State, Task Changed) Look()
    {
        lock (_lock)
            return (_state, _changed.Task);
    }
}

/// <summary>What is known of a node.</summary>
/// <param name="Node">As it is; null where it is gone.</param>
/// <param name="Finding">The finding that is repaired; null where there is none.</param>
/// <param name="HealthySince">Since when there is none.</param>
/// <param name="IsBlind">The nodes cannot be seen: the rest is what was known before.</param>
internal sealed record SightState(Node? Node, NodeFinding? Finding, DateTimeOffset? HealthySince, bool IsBlind)
{
    public string Uid => Node?.Metadata.Uid ?? "";

    public bool IsGone => !IsBlind && Node is null;

    public bool IsHealthyFor(TimeSpan time, DateTimeOffset now) =>
        !IsBlind && Node is not null && Finding is null && HealthySince + time <= now && Node.Status.Conditions.IsTrue("Ready");
}
