using System.Threading.Channels;

namespace NodeManager.Sandbox.Controllers;

/// <summary>Keys to look at, each at most once until it is taken. Thread-safe; one taker.</summary>
internal sealed class WorkQueue
{
    private readonly Lock gate = new();
    private readonly HashSet<ObjectKey> waiting = [];
    private readonly Channel<ObjectKey> keys = Channel.CreateUnbounded<ObjectKey>(new() { SingleReader = true });

    public void Enqueue(ObjectKey key)
    {
        lock (gate)
            if (!waiting.Add(key)) return;
        keys.Writer.TryWrite(key);
    }

    public async ValueTask<ObjectKey> TakeAsync(CancellationToken cancellationToken)
    {
        ObjectKey key = await keys.Reader.ReadAsync(cancellationToken);
        lock (gate) waiting.Remove(key);
        return key;
    }
}
