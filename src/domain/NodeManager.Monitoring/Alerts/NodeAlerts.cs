namespace NodeManager.Monitoring.Alerts;

/// <summary>The alerts of a session: those that are open, and the last ones of the past. Thread-safe.</summary>
public sealed class NodeAlerts
{
    /// <summary>How many alerts of the past are kept.</summary>
    public const int PastLimit = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, NodeAlert> _open = new(StringComparer.Ordinal);
    private readonly LinkedList<NodeAlert> _past = [];
    private int _monitors;
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Ends when an alert, or the number of monitors, changes after this was asked.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
                return _changed.Task;
        }
    }

    /// <summary>How many monitors run in the session.</summary>
    public int Monitors
    {
        get
        {
            lock (_lock)
                return _monitors;
        }
    }

    /// <summary>All of them, each as last reported, the newest first.</summary>
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

    /// <summary>The same, with what is open observed at a time.</summary>
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

    internal void Note(NodeAlert alert)
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

    /// <summary>A monitor ended: its alerts are no longer checked.</summary>
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
