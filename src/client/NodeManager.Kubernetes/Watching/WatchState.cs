namespace NodeManager.Kubernetes.Watching;

/// <summary>Whether a watch is connected, and when the server was last heard. Thread-safe.</summary>
public sealed class WatchState
{
    private readonly Lock _lock = new();
    private DateTimeOffset? _heardAt;
    private string? _problem;
    private bool _isConnected;

    /// <summary>Raised, on the watch's thread, when the watch is cut or connected again. Handlers return immediately.</summary>
    public event Action? Changed;

    /// <summary>False before the first answer, and while the watch is cut.</summary>
    public bool IsConnected
    {
        get
        {
            lock (_lock)
                return _isConnected;
        }
    }

    /// <summary>Why the watch was cut; null while it is connected.</summary>
    public string? Problem
    {
        get
        {
            lock (_lock)
                return _problem;
        }
    }

    /// <summary>When the server last sent anything, bookmarks too; null before.</summary>
    public DateTimeOffset? HeardAt
    {
        get
        {
            lock (_lock)
                return _heardAt;
        }
    }

    internal void Hear(DateTimeOffset now)
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

    internal void Lose(string problem)
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
