namespace NodeManager.Monitoring.Alerts.Delivery;

/// <summary>
/// Delivers transitions to all sinks. Each has its own queue, so that a failing or hanging sink delays neither the others nor the monitor.
/// Thread-safe.
/// </summary>
internal sealed class AlertDispatcher : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<SinkQueue> _queues = [];
    private readonly Dictionary<string, NodeAlert> _state = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _work = [];
    private readonly AlertJournal? _journal;
    private readonly SinkEvents _events;
    private readonly TimeProvider _wall;
    private readonly TimeSpan _stateAge;
    private DateTimeOffset _nextCleanup;

    /// <param name="sinks">With unique names.</param>
    /// <param name="limit">The maximum number of pending transitions for each sink.</param>
    /// <param name="journal">Its undelivered transitions are sent first; null: nothing outlives the process.</param>
    /// <param name="wall">The receivers' clock.</param>
    public AlertDispatcher(IReadOnlyList<IAlertSink> sinks, int limit, AlertJournal? journal, TimeProvider wall, SinkEvents events)
    {
        _journal = journal;
        _wall = wall;
        _events = events with
        {
            Taken = (sink, alert) =>
            {
                journal?.Receive(sink, alert.TransitionId);
                events.Taken(sink, alert);
            },
            Dropped = (sink, alert, count) =>
            {
                journal?.Receive(sink, alert.TransitionId);
                events.Dropped(sink, alert, count);
            },
        };
        Names = [.. sinks.Select(static sink => sink.Name)];
        StateNames = [.. sinks.OfType<IAlertStateSink>().Select(static sink => sink.Name)];
        _stateAge = sinks.OfType<IAlertStateSink>().Select(static sink => sink.ResolvedFor).DefaultIfEmpty().Max();
        foreach (NodeAlert alert in journal is null ? [] : journal.Past.Concat(journal.Open.Select(static open => open.Alert)))
            Record(alert);
        foreach (IAlertSink sink in sinks)
        {
            SinkQueue queue = new(sink, limit, wall, _events);
            _queues.Add(queue);
            foreach (NodeAlert alert in journal?.Pending(sink.Name) ?? [])
                queue.Add(alert);
            _work.Add(Task.Run(() => queue.RunAsync(_stop.Token)));
            if (sink is IAlertStateSink state)
                _work.Add(Task.Run(() => RepeatAsync(state)));
        }
    }

    /// <summary>All sinks.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The sinks whose receivers have silences of their own, so that they also receive silenced alerts.</summary>
    public IReadOnlyList<string> StateNames { get; }

    public int Waiting => _queues.Sum(static queue => queue.Count);

    /// <summary>Queues a transition, which is already in the journal, for these sinks.</summary>
    /// <param name="sinks"><see cref="StateNames"/>; null: all.</param>
    public void Publish(NodeAlert alert, IReadOnlyList<string>? sinks = null)
    {
        Record(alert);
        foreach (SinkQueue queue in _queues.Where(queue => sinks is null || sinks.Contains(queue.Name)))
            queue.Add(alert);
    }

    /// <summary>Waits for pending deliveries up to the limit, then ends. The rest stays in the journal.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        using CancellationTokenSource time = new(limit, _wall);
        try
        {
            await Task.WhenAll(_queues.Select(queue => queue.EmptyAsync(time.Token)));
        }
        catch (OperationCanceledException)
        {
            // Waiting has the number of undelivered transitions.
        }

        await _stop.CancelAsync();
        await Task.WhenAll(_work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        _stop.Dispose();
        _journal?.Dispose();
    }

    private void Record(NodeAlert alert)
    {
        // Only sinks that repeat the state read it.
        if (StateNames.Count == 0)
            return;
        lock (_lock)
        {
            if (!_state.TryGetValue(alert.Id, out NodeAlert? known) || known.Sequence < alert.Sequence)
                _state[alert.Id] = alert;
            // Not with each alert: thousands may come at once.
            if (alert.UpdatedAt < _nextCleanup)
                return;
            _nextCleanup = alert.UpdatedAt + _stateAge;
            foreach (NodeAlert old in _state.Values)
            {
                if (old.Status != NodeAlertStatus.Firing && alert.UpdatedAt - old.UpdatedAt > _stateAge)
                    _state.Remove(old.Id);
            }
        }
    }

    private async Task RepeatAsync(IAlertStateSink sink)
    {
        int failures = 0;
        using PeriodicTimer timer = new(sink.Interval, _wall);
        Dictionary<string, DateTimeOffset> resolved = new(StringComparer.Ordinal);
        while (await timer.WaitForNextTickAsync(_stop.Token))
        {
            NodeAlert[] alerts;
            lock (_lock)
                alerts = [.. _state.Values];
            // By the receivers' clock, since the first observation as resolved.
            DateTimeOffset now = _wall.GetUtcNow();
            foreach (NodeAlert alert in alerts.Where(static alert => alert.Status != NodeAlertStatus.Firing))
                resolved.TryAdd(alert.Id, now);
            foreach (string gone in resolved.Keys.Except(alerts.Select(static alert => alert.Id)).ToList())
                resolved.Remove(gone);
            alerts = [.. alerts.Where(alert => alert.Status == NodeAlertStatus.Firing || now - resolved[alert.Id] <= sink.ResolvedFor)];
            // A resolved alert must not end an open one with the same labels.
            HashSet<string> open =
            [
                .. alerts.Where(static alert => alert.Status == NodeAlertStatus.Firing).Select(static alert => alert.Labels.ToString()),
            ];
            alerts = [.. alerts.Where(alert => alert.Status == NodeAlertStatus.Firing || !open.Contains(alert.Labels.ToString()))];
            if (alerts.Length == 0)
                continue;
            if (await SinkCall.TryAsync(sink, _wall, token => sink.PostAsync(alerts, token), _stop.Token) is not { } failure)
                failures = 0;
            else if (++failures == 1)
                _events.Observer.Warning(
                    $"Sink '{sink.Name}' did not accept the open alerts: {failure.Message} Retrying every {HumanDuration.Format(sink.Interval)}."
                );
        }
    }
}
