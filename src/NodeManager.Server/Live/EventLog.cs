using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace NodeManager.Server.Live;

/// <summary>
/// The last events of the cluster, written once and read by any number of streams. A reader that comes back with the id of its last event
/// misses nothing; one that was away for too long, or knew another start of the server, receives a reset and reads everything again. Thread-safe.
/// </summary>
internal sealed class EventLog
{
    /// <summary>How many events are kept.</summary>
    public const int Kept = 4096;

    /// <summary>Says that events were missed: read everything again.</summary>
    public const string Reset = "reset";

    /// <summary>The first event of every stream: from here on nothing is missed.</summary>
    public const string Ready = "ready";

    private readonly Lock _gate = new();
    private readonly (string Type, string Data)[] _events = new (string, string)[Kept];
    // Ids of another start of the server mean nothing to this one.
    private readonly string _start = Guid.NewGuid().ToString("n")[..8];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _last;

    /// <summary>How many events were written since the start.</summary>
    public long Count
    {
        get
        {
            lock (_gate) return _last;
        }
    }

    /// <summary>Writes an event.</summary>
    /// <param name="type">The name of the event.</param>
    /// <param name="data">JSON.</param>
    public void Write(string type, string data)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _events[_last++ % Kept] = (type, data);
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }

    /// <summary>Events from now on, or after the one that a reader saw last.</summary>
    /// <param name="lastId">The id of that event; empty for none.</param>
    /// <param name="stop">Ends the stream, without an error.</param>
    public async IAsyncEnumerable<SseItem<string>> ReadAsync(string lastId, [EnumeratorCancellation] CancellationToken stop)
    {
        long position;
        lock (_gate) position = Find(lastId) ?? _last;
        bool isMissed = lastId.Length > 0 && Find(lastId) is null;
        yield return Item(isMissed ? Reset : Ready, "{}", position);
        while (!stop.IsCancellationRequested)
        {
            (string Type, string Data)[] news;
            Task changed;
            lock (_gate)
            {
                isMissed = _last - position > Kept;
                news = isMissed ? [] : [.. Enumerable.Range(0, (int)(_last - position)).Select(index => _events[(position + index) % Kept])];
                if (isMissed) position = _last;
                changed = _changed.Task;
            }

            if (isMissed) yield return Item(Reset, "{}", position);
            foreach ((string type, string data) in news) yield return Item(type, data, ++position);
            if (news.Length == 0 && !isMissed) await changed.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private SseItem<string> Item(string type, string data, long position) =>
        new(data, type) { EventId = string.Create(CultureInfo.InvariantCulture, $"{_start}-{position}") };

    // Null: not an id of this start, or too long ago.
    private long? Find(string id) =>
        id.StartsWith(_start + "-", StringComparison.Ordinal) && long.TryParse(id.AsSpan(_start.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long position)
        && position <= _last && _last - position <= Kept ? position : null;
}
