using NodeManager.Drains.Decisions;

namespace NodeManager.Drains.Progress;

/// <summary>
/// Limits the pods that terminate concurrently, over all nodes. The earliest turn gets the next free slot, whatever the waiting time. A pod
/// that waits for its budget holds none. Thread-safe.
/// </summary>
/// <param name="limit">Null for no limit.</param>
internal sealed class EvictionSlots(int? limit)
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<TaskCompletionSource<EvictionSlot>, (DrainTurn Turn, long Number)> _waiting = new();
    private int _free = limit ?? int.MaxValue;
    private long _number;

    public async Task<EvictionSlot> EnterAsync(DrainTurn turn, CancellationToken cancellationToken)
    {
        if (limit is null)
            return new(static () => { });
        TaskCompletionSource<EvictionSlot> waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return new(Leave);
            }

            _waiting.Enqueue(waiter, (turn, _number++));
        }

        await using CancellationTokenRegistration stop = cancellationToken.Register(() => waiter.TrySetCanceled(cancellationToken));
        return await waiter.Task;
    }

    private void Leave()
    {
        lock (_lock)
        {
            // Skips cancelled waiters.
            while (_waiting.TryDequeue(out TaskCompletionSource<EvictionSlot>? next, out _))
                if (next.TrySetResult(new(Leave)))
                    return;
            _free++;
        }
    }
}
