using NodeManager.Kubernetes.Transport;

namespace NodeManager.Monitoring.Alerts.Delivery;

/// <summary>
/// The pending transitions of one sink, delivered in order, one at a time, with retries. A full queue drops the oldest. Thread-safe.
/// </summary>
internal sealed class SinkQueue
{
    /// <summary>The attempts for an alert that the receiver rejects for its content.</summary>
    private const int RefusalLimit = 3;

    private static readonly RetryPolicy Policy = new() { FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromMinutes(1) };
    private static readonly TimeSpan LongestAsked = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly LinkedList<NodeAlert> _waiting = [];
    private readonly IAlertSink _sink;
    private readonly int _limit;
    private readonly TimeProvider _wall;
    private readonly SinkEvents _events;
    private TaskCompletionSource _changed = NewSignal();
    private NodeAlert? _sending;
    private long _dropped;

    /// <param name="limit">The maximum number of pending transitions.</param>
    /// <param name="wall">The receivers' clock: a cluster's own may run faster.</param>
    public SinkQueue(IAlertSink sink, int limit, TimeProvider wall, SinkEvents events)
    {
        _sink = sink;
        _limit = limit;
        _wall = wall;
        _events = events;
    }

    public string Name => _sink.Name;

    /// <summary>The number of undelivered transitions.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _waiting.Count + (_sending is null ? 0 : 1);
        }
    }

    /// <summary>Completes when all are delivered.</summary>
    public async Task EmptyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_waiting.Count == 0 && _sending is null)
                    return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public void Add(NodeAlert alert)
    {
        NodeAlert? oldest = null;
        long dropped = 0;
        lock (_lock)
        {
            _waiting.AddLast(alert);
            if (_waiting.Count > _limit)
            {
                oldest = _waiting.First!.Value;
                _waiting.RemoveFirst();
                dropped = ++_dropped;
            }

            Signal();
        }

        if (oldest is not null)
            _events.Dropped(_sink.Name, oldest, dropped);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            NodeAlert alert = await NextAsync(cancellationToken);
            bool isTaken = await SendAsync(alert, cancellationToken);
            long dropped;
            bool isEmpty;
            lock (_lock)
            {
                _sending = null;
                if (!isTaken)
                    _dropped++;
                dropped = _dropped;
                isEmpty = isTaken && _waiting.Count == 0;
                if (isEmpty)
                    _dropped = 0;
            }

            if (isTaken)
                _events.Taken(_sink.Name, alert);
            else
                _events.Dropped(_sink.Name, alert, dropped);
            if (isEmpty && dropped > 0)
                _events.Recovered(_sink.Name);
            lock (_lock)
                Signal();
        }
    }

    private async Task<NodeAlert> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_waiting.First is { } first)
                {
                    _waiting.RemoveFirst();
                    return _sending = first.Value;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private async Task<bool> SendAsync(NodeAlert alert, CancellationToken cancellationToken)
    {
        int refusals = 0;
        for (int attempt = 1; ; attempt++)
        {
            AlertDeliveryException? failure = await SinkCall.TryAsync(
                _sink,
                _wall,
                token => _sink.DeliverAsync(alert, token),
                cancellationToken
            );
            if (failure is null)
            {
                if (attempt > 1)
                    _events.Observer.Verbose($"Sink '{_sink.Name}' accepts alerts again.");
                return true;
            }

            if (failure.IsRefusal && ++refusals >= RefusalLimit)
            {
                _events.Observer.Warning($"Sink '{_sink.Name}' refuses alert {alert.TransitionId}, which is dropped: {failure.Message}");
                return false;
            }

            TimeSpan pause = Policy.PauseAfter(attempt, failure.RetryAfter > LongestAsked ? LongestAsked : failure.RetryAfter);
            string text = $"Sink '{_sink.Name}' did not accept alert {alert.TransitionId}: {failure.Message}";
            if (attempt == 1)
                _events.Observer.Warning(text + " Retrying.");
            else
                _events.Observer.Verbose(text);
            await Task.Delay(pause, _wall, cancellationToken);
        }
    }

    private void Signal()
    {
        TaskCompletionSource changed = _changed;
        _changed = NewSignal();
        changed.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
