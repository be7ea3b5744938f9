using System.Globalization;
using System.Runtime.CompilerServices;

namespace NodeManager.Server.EventStream;

/// <summary>
/// Recent events, written once and read by any number of streams. A reader that resumes with its last event id misses nothing; after too
/// long, or a restart of the server, it receives a reset and reads everything again. Thread-safe.
/// </summary>
internal sealed class EventLog
{
    /// <summary>The limit of events.</summary>
    public const int Kept = 4096;

    /// <summary>The limit in bytes; the last batch is always kept. The usage of 5,000 nodes is 400 KB.</summary>
    public const int KeptBytes = 8 * 1024 * 1024;

    /// <summary>Events were missed: read everything again.</summary>
    public const string Reset = "reset";

    /// <summary>The first event of every stream: from here on nothing is missed.</summary>
    public const string Ready = "ready";

    private readonly Lock _gate = new();

    // A ring buffer of batches. No batch is empty, so there are never more than events.
    private readonly EventBatch?[] _batches = new EventBatch?[Kept];

    // Ids of another start of the server are invalid.
    private readonly string _prefix = Guid.NewGuid().ToString("n")[..8] + "-";
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _first,
        _next;
    private long _last;
    private int _bytes;

    /// <summary>Events since the start.</summary>
    public long Count
    {
        get
        {
            lock (_gate)
                return _last;
        }
    }

    /// <param name="data">JSON in one line.</param>
    public void Write(string type, string data) => Write([(type, data)]);

    /// <summary>Writes events as one batch.</summary>
    public void Write(IReadOnlyList<(string Type, string Data)> events)
    {
        if (events.Count == 0)
            return;
        TaskCompletionSource changed;
        lock (_gate)
        {
            EventBatch batch = EventBatch.Of(_prefix, _last, events);
            _last = batch.To;
            _bytes += batch.Text.Text.Length;
            while (_first < _next && (_last - Slot(_first)!.From > Kept || _bytes > KeptBytes))
                Drop();
            Slot(_next++) = batch;
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }

    /// <summary>Events from now on, or after the given one.</summary>
    /// <param name="lastId">The id of the last received event; empty for none.</param>
    /// <param name="stop">Ends the stream without an error.</param>
    public async IAsyncEnumerable<EventBatch> ReadAsync(string lastId, [EnumeratorCancellation] CancellationToken stop)
    {
        (EventBatch greeting, EventBatch? partial, long next) = Begin(lastId);
        yield return greeting;
        if (partial is not null)
            yield return partial;
        while (!stop.IsCancellationRequested)
        {
            // One at a time, so that a slow reader does not retain batches.
            EventBatch? batch = null;
            Task changed;
            lock (_gate)
            {
                if (next < _first)
                {
                    batch = Signal(Reset, _last);
                    next = _next;
                }
                else if (next < _next)
                {
                    batch = Slot(next++);
                }

                changed = _changed.Task;
            }

            if (batch is not null)
                yield return batch;
            else
                await changed.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private (EventBatch Greeting, EventBatch? Partial, long Next) Begin(string lastId)
    {
        lock (_gate)
        {
            if (lastId.Length == 0)
                return (Signal(Ready, _last), null, _next);
            if (Find(lastId) is not { } position)
                return (Signal(Reset, _last), null, _next);
            long next = _next;
            while (next > _first && Slot(next - 1)!.To > position)
                next--;
            // A connection may end within a batch.
            bool isWithin = next < _next && Slot(next)!.From < position;
            return (Signal(Ready, position), isWithin ? Slot(next)!.After(position) : null, isWithin ? next + 1 : next);
        }
    }

    private EventBatch Signal(string type, long position) => EventBatch.Of(_prefix, position - 1, [(type, "{}")]);

    // Null: an id of another start, or an expired one.
    private long? Find(string id) =>
        id.StartsWith(_prefix, StringComparison.Ordinal)
        && long.TryParse(id.AsSpan(_prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long position)
        && position <= _last
        && position >= (_first < _next ? Slot(_first)!.From : _last)
            ? position
            : null;

    private ref EventBatch? Slot(long number) => ref _batches[number % Kept];

    private void Drop()
    {
        _bytes -= Slot(_first)!.Text.Text.Length;
        Slot(_first++) = null;
    }
}
