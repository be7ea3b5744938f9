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

    public async ValueTask<ObjectKey> TakeAsync(CancellationToken cancellationToken)
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

        (ObjectKey key, DateTimeOffset since) = await _keys.Reader.ReadAsync(cancellationToken);
        lock (_gate)
        {
            _waiting.Remove(key);
            _hold?.MoveTo(since);
        }

        return key;
    }
}
