using System.Threading.Channels;
using NodeManager.Sandbox.Model.Clock;
using NodeManager.Sandbox.Model.Kinds;

namespace NodeManager.Sandbox.Controllers.Runtime;

/// <summary>
/// Keys to look at, each at most once until it is taken. Thread-safe; one taker. A clock that can wait does not run away from what waits
/// here or was taken last.
/// </summary>
internal sealed class ReconcileQueue(TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly HashSet<ObjectKey> waiting = [];
    private readonly ClusterClock? clock = time as ClusterClock;
    private readonly Channel<(ObjectKey Key, DateTimeOffset Since)> keys = Channel.CreateUnbounded<(ObjectKey, DateTimeOffset)>(new() { SingleReader = true });
    private ClockHold? hold;

    public void Enqueue(ObjectKey key)
    {
        lock (gate)
        {
            if (!waiting.Add(key)) return;
            hold ??= clock?.Hold();
            keys.Writer.TryWrite((key, clock?.GetUtcNow() ?? default));
        }
    }

    public async ValueTask<ObjectKey> TakeAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (waiting.Count == 0)
            {
                hold?.Dispose();
                hold = null;
            }
        }

        (ObjectKey key, DateTimeOffset since) = await keys.Reader.ReadAsync(cancellationToken);
        lock (gate)
        {
            waiting.Remove(key);
            hold?.MoveTo(since);
        }

        return key;
    }
}
