namespace NodeManager.Monitoring.Alerts;

/// <summary>The open and recent alerts of a session. Thread-safe.</summary>
public sealed class NodeAlerts
{
    public const int PastLimit = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, NodeAlert> _open = new(StringComparer.Ordinal);
    private readonly LinkedList<NodeAlert> _past = [];
    private int _monitors;
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Completes with the next change of an alert, or of the number of monitors.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
                return _changed.Task;
        }
    }

    /// <summary>The number of running monitors.</summary>
    public int Monitors
    {
        get
        {
            lock (_lock)
                return _monitors;
        }
    }

    /// <summary>The newest first, as last reported.</summary>
    public IReadOnlyList<NodeAlert> List()
    {
        lock (_lock)
            return
            [
                .. _open
                    .Values.Concat(_past)
                    .OrderByDescending(static alert => alert.StartsAt)
                    .ThenBy(static alert => alert.Id, StringComparer.Ordinal),
            ];
    }

    /// <summary>As above, with open alerts observed at this time.</summary>
    public IReadOnlyList<NodeAlert> List(DateTimeOffset now) =>
        [
            .. List()
                .Select(alert =>
                    alert.Status == NodeAlertStatus.Firing && now > alert.UpdatedAt ? AlertCopies.Observed(alert, now) : alert
                ),
        ];

    internal void Begin()
    {
        lock (_lock)
        {
            _monitors++;
            Signal();
        }
    }

    internal void Update(NodeAlert alert)
    {
        lock (_lock)
        {
            Signal();
            if (alert.Status == NodeAlertStatus.Firing)
            {
                _open[alert.Id] = alert;
                return;
            }

            _open.Remove(alert.Id);
            if (_past.Any(known => known.Id == alert.Id && known.Status == alert.Status))
                return;
            _past.AddFirst(alert);
            if (_past.Count > PastLimit)
                _past.RemoveLast();
        }
    }

    /// <summary>A monitor ended: its alerts are no longer updated.</summary>
    internal void End(IEnumerable<string> ids, DateTimeOffset now)
    {
        lock (_lock)
        {
            _monitors--;
            Signal();
            foreach (string id in ids)
                if (_open.Remove(id, out NodeAlert? alert))
                    _past.AddFirst(AlertCopies.Unobserved(alert, now));
        }
    }

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
