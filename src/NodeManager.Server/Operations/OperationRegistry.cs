using System.Collections.Concurrent;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Server.Access;

namespace NodeManager.Server.Operations;

/// <summary>
/// Operations that outlive their request, with the last ended ones. When the host stops, running ones complete or are interrupted within
/// its shutdown time; those that only follow stored work continue without it.
/// </summary>
internal sealed class OperationRegistry(AuditLog audit) : IHostedLifecycleService
{
    /// <summary>The limit of ended operations; the oldest are dropped.</summary>
    public const int Kept = 200;

    public const int MaximumRunning = 100;

    private readonly ConcurrentDictionary<string, TrackedOperation> _operations = new();
    private readonly Lock _gate = new();
    private volatile bool _isStopping;

    /// <summary>Raised when an operation starts or ends. Handlers return immediately.</summary>
    public event Action<TrackedOperation>? Changed;

    /// <summary>Newest first.</summary>
    public IReadOnlyList<TrackedOperation> All =>
        [.. _operations.Values.OrderByDescending(o => o.Operation.StartedAt).ThenBy(o => o.Operation.Id, StringComparer.Ordinal)];

    /// <param name="by">The caller as in the audit log, which records in the cluster name too.</param>
    /// <param name="shape">Maps a result of the operation to the body of the routes.</param>
    /// <param name="ending">How it ends with the host; null: it is interrupted.</param>
    /// <param name="cancel">Requests its cancellation; null: by its token.</param>
    /// <exception cref="NodeManagerException">TooManyOperations, ServerStopping: nothing was started.</exception>
    public TrackedOperation Start(
        string by,
        Func<object, object> shape,
        Func<RunningOperation> start,
        OperationEnding ending = OperationEnding.Interrupted,
        Func<CancellationToken, Task>? cancel = null
    )
    {
        TrackedOperation tracked;
        lock (_gate)
        {
            RequireRoom();
            using (Requester.Use(by))
                tracked = new TrackedOperation(start(), by, shape) { Ending = ending, Cancel = cancel };
            _operations[tracked.Operation.Id] = tracked;
        }

        Changed?.Invoke(tracked);
        _ = RecordEndAsync(tracked);
        foreach (TrackedOperation old in All.Where(o => o.Operation.State != OperationState.Running).Skip(Kept))
            _operations.TryRemove(old.Operation.Id, out _);
        return tracked;
    }

    /// <exception cref="NodeManagerException">TooManyOperations, ServerStopping.</exception>
    public void RequireRoom()
    {
        if (_isStopping)
            throw new NodeManagerException(
                "ServerStopping",
                ErrorKind.ResourceUnavailable,
                "The server stops and starts no operation.",
                null,
                "Try again when it has restarted."
            );
        if (Running >= MaximumRunning)
            throw new NodeManagerException(
                "TooManyOperations",
                ErrorKind.LimitsExceeded,
                $"{MaximumRunning} operations are running.",
                null,
                "Wait until one ends, or cancel one."
            );
    }

    /// <summary>Null for another process's operation, or a dropped one.</summary>
    public TrackedOperation? TryFind(string id) => _operations.GetValueOrDefault(id);

    public TrackedOperation Find(string id) =>
        TryFind(id)
        ?? throw new NodeManagerException(
            "OperationNotFound",
            ErrorKind.ObjectNotFound,
            $"Operation '{id}' does not exist.",
            id,
            $"GET {OperationRoutes.Path} lists them; the last {Kept} that ended are kept."
        );

    public bool IsRunning(string kind, string target) =>
        _operations.Values.Any(one =>
            one.Operation.State == OperationState.Running && one.Operation.Kind == kind && one.Operation.Target == target
        );

    public int Running => _operations.Values.Count(static one => one.Operation.State == OperationState.Running);

    /// <summary>Runs before other services stop: waiting requests are answered, and the cluster is still reachable.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Everything that passed the check of Start is registered by then, and ended with the others.
        lock (_gate)
            _isStopping = true;
        await Task.WhenAll(
            _operations
                .Values.Where(static one => one.Operation.State == OperationState.Running)
                .Select(one => EndAsync(one, cancellationToken))
        );
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task EndAsync(TrackedOperation tracked, CancellationToken stop)
    {
        if (tracked.Ending == OperationEnding.Continued)
            return;
        if (tracked.Ending == OperationEnding.Interrupted)
            tracked.Operation.Interrupt();
        try
        {
            await tracked.Operation.Completion.WaitAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Its time has expired.
            tracked.Operation.Interrupt();
        }
    }

    private async Task RecordEndAsync(TrackedOperation tracked)
    {
        OperationState state = await tracked.Operation.Completion;
        audit.Ended(tracked.By, tracked.Operation.Id, tracked.Operation.Kind, tracked.Operation.Target, state.ToString());
        Changed?.Invoke(tracked);
    }
}

/// <summary>An operation with its caller.</summary>
/// <param name="By">As in the audit log.</param>
/// <param name="Shape">Maps a result of the operation to the body of the routes.</param>
internal sealed record TrackedOperation(RunningOperation Operation, string By, Func<object, object> Shape)
{
    public OperationEnding Ending { get; init; }

    /// <summary>Requests the cancellation of work that this process only follows; null for its own.</summary>
    public Func<CancellationToken, Task>? Cancel { get; init; }

    public async Task CancelAsync(CancellationToken cancellationToken)
    {
        if (Cancel is { } cancel)
            await cancel(cancellationToken);
        else
            Operation.Cancel();
    }
}

/// <summary>How a running operation ends with the host.</summary>
internal enum OperationEnding
{
    /// <summary>It is interrupted, within seconds.</summary>
    Interrupted,

    /// <summary>The host waits for it: it takes seconds, and a partial change is worse.</summary>
    Finished,

    /// <summary>It follows stored work, which continues without this process.</summary>
    Continued,
}
