using System.Threading.Channels;
using NodeManager.Sandbox.Model.Clock;

namespace NodeManager.Sandbox.Controllers.Runtime;

/// <summary>
/// Keys to reconcile, without duplicates. Thread-safe, with a single consumer. Holds a simulated clock while keys are queued or in
/// progress.
/// </summary>
internal sealed class ReconcileQueue(TimeProvider time)
{
    private const int LargestIdleCapacity = 4096;

    private readonly Lock _gate = new();
    private readonly HashSet<ObjectKey> _waiting = [];
    private readonly ClusterClock? _clock = time as ClusterClock;
    private readonly Channel<(ObjectKey Key, DateTimeOffset Since)> _keys = Channel.CreateUnbounded<(ObjectKey, DateTimeOffset)>(
        new() { SingleReader = true }
    );
    private ClockHold? _hold;

    public void Enqueue(ObjectKey key)
    {
        lock (_gate)
        {
            if (!_waiting.Add(key))
                return;
            _hold ??= _clock?.Hold();
            _keys.Writer.TryWrite((key, _clock?.GetUtcNow() ?? default));
        }
    }

    /// <summary>Ends <see cref="TakeAsync"/>, without an exception.</summary>
    public void Complete() => _keys.Writer.TryComplete();

    /// <summary>The next key; null if the queue is empty and complete.</summary>
    public async ValueTask<ObjectKey?> TakeAsync()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _hold?.Dispose();
                _hold = null;
                // The start of a large cluster queues all its objects.
                if (_waiting.Capacity > LargestIdleCapacity)
                    _waiting.TrimExcess();
            }
        }

        (ObjectKey Key, DateTimeOffset Since) next;
        while (!_keys.Reader.TryRead(out next))
            if (!await _keys.Reader.WaitToReadAsync())
                return null;

        lock (_gate)
        {
            _waiting.Remove(next.Key);
            _hold?.MoveTo(next.Since);
        }

        return next.Key;
    }
}
