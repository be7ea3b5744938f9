using System.Diagnostics.CodeAnalysis;
using NodeManager.Core.Progress;

namespace NodeManager.Core.Operations;

/// <summary>
/// Work that continues without its caller, such as a PowerShell job or a server operation. Its events are numbered and kept, so that every
/// reader gets the same events in the same order. Thread-safe.
/// </summary>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "The token source has no timer and no wait handle, and abandoned work may still look at its token."
)]
public sealed class RunningOperation
{
    /// <summary>The default number of kept messages.</summary>
    public const int DefaultMessageLimit = 5000;

    private readonly EventBuffer _events;
    private readonly CancellationTokenSource _cancellation = new();
    private int _hasFailed;
    private int _isInterrupted;

    private RunningOperation(string kind, string target, TimeProvider time, StoredWork? stored, int messageLimit, int outputLimit)
    {
        Kind = kind;
        Target = target;
        Id = stored?.Id ?? Guid.NewGuid().ToString("n");
        StartedAt = stored?.StartedAt ?? time.GetUtcNow();
        _events = new(time, messageLimit, outputLimit);
        Completion = Task.FromResult(OperationState.Running);
    }

    /// <summary>Unique, also among processes.</summary>
    public string Id { get; }

    /// <summary>The kind of work: <c>NodeDrain</c>.</summary>
    public string Kind { get; }

    /// <summary>The object of the work: <c>worker-1 in cluster 'prod'</c>.</summary>
    public string Target { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>Null while it runs.</summary>
    public DateTimeOffset? EndedAt => Ended?.At;

    public OperationState State => Ended?.State ?? OperationState.Running;

    /// <summary>Never faults and is never cancelled.</summary>
    public Task<OperationState> Completion { get; private set; }

    public IReadOnlyList<object> Results => [.. _events.Snapshot().OfType<OperationOutput>().Select(e => e.Value)];

    public IReadOnlyList<OperationFailure> Failures => [.. _events.Snapshot().OfType<OperationFailure>()];

    public IReadOnlyList<OperationProgress> Progress =>
        [.. _events.Snapshot().OfType<OperationProgressed>().Select(e => e.Progress).Where(p => !p.Completed)];

    private OperationEnded? Ended => _events.Last as OperationEnded;

    /// <summary>Starts work in the background.</summary>
    /// <param name="kind">The kind of work: <c>NodeDrain</c>.</param>
    /// <param name="work">Its exception is a failure of the operation, except a requested cancellation.</param>
    /// <param name="messageLimit">The maximum number of kept messages; the oldest are dropped.</param>
    /// <param name="outputLimit">The maximum number of kept results, for work without an end; the oldest are dropped.</param>
    /// <param name="stored">The work that the operation follows; null for work of its own.</param>
    public static RunningOperation Start(
        string kind,
        string target,
        TimeProvider time,
        Func<OperationContext, Task> work,
        int messageLimit = DefaultMessageLimit,
        int outputLimit = int.MaxValue,
        StoredWork? stored = null
    )
    {
        RunningOperation operation = new(kind, target, time, stored, messageLimit, outputLimit);
        operation.Completion = Task.Run(() => operation.RunAsync(work));
        return operation;
    }

    /// <summary>All events after a number: past events immediately, then each new one, until the end of the operation.</summary>
    /// <param name="after">
    /// The number of the last event that the reader has; 0 for none. A number that is not reached yet is one of another process, which
    /// followed the same work: all events are read.
    /// </param>
    public IAsyncEnumerable<OperationEvent> ReadAsync(long after, CancellationToken cancellationToken)
    {
        OperationEvent? last = _events.Last;
        // No reader of this operation asks for what follows its end.
        bool isOfAnother = after > (last?.Sequence ?? 0) || (last is OperationEnded && after == last.Sequence);
        return _events.ReadAsync(isOfAnother ? 0 : after, cancellationToken);
    }

    /// <summary>Requests the work to stop; <see cref="Completion"/> completes when it has. Does nothing after the end.</summary>
    public void Cancel() => _cancellation.Cancel();

    /// <summary>As <see cref="Cancel"/>, because the process ends: the operation ends as Interrupted unless it was cancelled before.</summary>
    public void Interrupt()
    {
        if (!_cancellation.IsCancellationRequested)
            Volatile.Write(ref _isInterrupted, 1);
        Cancel();
    }

    private async Task<OperationState> RunAsync(Func<OperationContext, Task> work)
    {
        OperationContext context = new(Id, Report, _cancellation.Token);
        try
        {
            await work(context);
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            // Stopped on request.
        }
        catch (Exception exception)
        {
            context.Fail(exception, null);
        }

        OperationState state =
            Volatile.Read(ref _isInterrupted) != 0 ? OperationState.Interrupted
            : _cancellation.IsCancellationRequested ? OperationState.Cancelled
            : Volatile.Read(ref _hasFailed) != 0 ? OperationState.Failed
            : context.IsCalledOff ? OperationState.Cancelled
            : OperationState.Succeeded;
        _events.Add(new OperationEnded(state));
        return state;
    }

    private void Report(OperationEvent happened)
    {
        if (happened is OperationFailure { IsCalledOff: false })
            Volatile.Write(ref _hasFailed, 1);
        _events.Add(happened);
    }
}

/// <summary>Work that is stored outside the process, so that several processes follow it by one id.</summary>
public sealed record StoredWork(string Id, DateTimeOffset StartedAt);
