namespace NodeManager.Kubernetes.Watching;

/// <summary>The connection state of a watch. Thread-safe.</summary>
public sealed class WatchState
{
    private readonly Lock _lock = new();
    private DateTimeOffset? _heardAt;
    private string? _problem;
    private bool _isConnected;

    /// <summary>Raised on the watch's thread after a disconnect or reconnect. Handlers return immediately.</summary>
    public event Action? Changed;

    /// <summary>False before the first response and while disconnected.</summary>
    public bool IsConnected
    {
        get
        {
            lock (_lock)
                return _isConnected;
        }
    }

    /// <summary>The reason of a disconnect; null while connected.</summary>
    public string? Problem
    {
        get
        {
            lock (_lock)
                return _problem;
        }
    }

    /// <summary>When the server last sent data, including bookmarks; null before.</summary>
    public DateTimeOffset? HeardAt
    {
        get
        {
            lock (_lock)
                return _heardAt;
        }
    }

    internal void RecordResponse(DateTimeOffset now)
    {
        bool isChange;
        lock (_lock)
        {
            isChange = !_isConnected;
            (_heardAt, _isConnected, _problem) = (now, true, null);
        }

        if (isChange)
            Changed?.Invoke();
    }

    internal void RecordDisconnect(string problem)
    {
        bool isChange;
        lock (_lock)
        {
            isChange = _isConnected || _problem is null;
            (_isConnected, _problem) = (false, problem);
        }

        if (isChange)
            Changed?.Invoke();
    }
}
