using System.Runtime.CompilerServices;

namespace NodeManager.Core.Operations;

/// <summary>
/// The events of an operation, in order, for any number of readers. All results and failures are kept, unless results are limited. Of
/// progress the last report is kept, and of messages the latest ones: an operation may run for hours without a reader. Thread-safe.
/// </summary>
/// <param name="outputLimit">The maximum number of kept results, for work without an end; the oldest are dropped.</param>
internal sealed class EventBuffer(TimeProvider time, int messageLimit, int outputLimit = int.MaxValue)
{
    private readonly Lock _gate = new();
    private readonly List<OperationEvent> _events = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _last;
    private int _messages;
    private int _outputs;
    private OperationMessagesDropped? _dropped;
    private bool _isComplete;

    /// <summary>Appends an event. Events after the end are ignored: abandoned work may still report.</summary>
    public void Add(OperationEvent happened)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (_isComplete)
                return;
            if (happened is OperationProgressed { Progress.Key: var key })
                _events.RemoveAll(e => e is OperationProgressed earlier && earlier.Progress.Key == key);
            _events.Add(happened with { Sequence = ++_last, At = time.GetUtcNow() });
            if (happened is OperationMessage && ++_messages > messageLimit)
                DropMessage();
            if (happened is OperationOutput && ++_outputs > outputLimit)
            {
                _events.RemoveAt(_events.FindIndex(static e => e is OperationOutput));
                _outputs--;
            }

            _isComplete = happened is OperationEnded;
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    public OperationEvent? Last
    {
        get
        {
            lock (_gate)
                return _events.Count > 0 ? _events[^1] : null;
        }
    }

    public IReadOnlyList<OperationEvent> Snapshot()
    {
        lock (_gate)
            return [.. _events];
    }

    /// <summary>All kept events after a number, then each new one, until the end of the operation.</summary>
    public async IAsyncEnumerable<OperationEvent> ReadAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            OperationEvent[] next;
            Task changed;
            bool isComplete;
            lock (_gate)
            {
                next = [.. _events.Skip(IndexAfter(after))];
                changed = _changed.Task;
                isComplete = _isComplete;
            }

            foreach (OperationEvent one in next)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return one;
                after = one.Sequence;
            }

            if (isComplete)
                yield break;
            await changed.WaitAsync(cancellationToken);
        }
    }

    // A mark replaces the last dropped message, so that a reader learns of the gap.
    private void DropMessage()
    {
        int oldest = _events.FindIndex(e => e is OperationMessage);
        OperationEvent message = _events[oldest];
        OperationMessagesDropped mark = new((_dropped?.Count ?? 0) + 1) { Sequence = message.Sequence, At = message.At };
        _events[oldest] = mark;
        if (_dropped is not null)
            _events.Remove(_dropped);
        _dropped = mark;
        _messages--;
    }

    private int IndexAfter(long sequence)
    {
        int low = 0;
        int high = _events.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_events[middle].Sequence <= sequence)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
