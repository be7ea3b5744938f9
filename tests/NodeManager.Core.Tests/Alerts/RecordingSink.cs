using System.Collections.Concurrent;
using NodeManager.Monitoring.Alerts.Delivery;

namespace NodeManager.Core.Tests.Alerts;

/// <summary>A sink that remembers what it took, and answers as a test says.</summary>
internal sealed class RecordingSink(string name, Func<NodeAlert, CancellationToken, Task>? answer = null) : IAlertSink
{
    public string Name => name;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    public ConcurrentQueue<string> Taken { get; } = new();

    public int Attempts;

    public async Task DeliverAsync(NodeAlert alert, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref Attempts);
        if (answer is not null)
            await answer(alert, cancellationToken);
        Taken.Enqueue(alert.TransitionId);
    }
}
