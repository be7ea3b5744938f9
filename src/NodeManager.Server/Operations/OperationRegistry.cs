using System.Collections.Concurrent;
using NodeManager.Core.Operations;
using NodeManager.Server.Access;

namespace NodeManager.Server.Operations;

/// <summary>
/// The operations that requests started and that continue without them. The last that ended are kept. When the host stops, those that run are asked
/// to stop and have its shutdown time to leave a consistent state.
/// </summary>
internal sealed class OperationRegistry(AuditLog audit) : IHostedService
{
    /// <summary>How many that ended are kept; the oldest go first.</summary>
    public const int Kept = 200;

    /// <summary>How many may run at a time.</summary>
    public const int MostRunning = 100;

    private readonly ConcurrentDictionary<string, TrackedOperation> _operations = new();

    /// <summary>The operations, newest first.</summary>
    public IReadOnlyList<TrackedOperation> All => [.. _operations.Values.OrderByDescending(o => o.Operation.StartedAt).ThenBy(o => o.Operation.Id, StringComparer.Ordinal)];

    /// <summary>Starts and keeps an operation.</summary>
    /// <param name="by">Who asks for it, as the audit log names callers.</param>
    /// <param name="shape">From a result of the operation to what the routes answer.</param>
    /// <param name="start">Starts it.</param>
    /// <exception cref="NodeManagerException">TooManyOperations: nothing was started.</exception>
    public TrackedOperation Start(string by, Func<object, object> shape, Func<RunningOperation> start)
    {
        if (Running >= MostRunning)
            throw new NodeManagerException("TooManyOperations", ErrorKind.LimitsExceeded, $"{MostRunning} operations are running.", null, "Wait until one ends, or cancel one.");
        var tracked = new TrackedOperation(start(), by, shape);
        _operations[tracked.Operation.Id] = tracked;
        _ = NoteEndAsync(tracked);
        foreach (TrackedOperation old in All.Where(o => o.Operation.State != OperationState.Running).Skip(Kept)) _operations.TryRemove(old.Operation.Id, out _);
        return tracked;
    }

    /// <exception cref="NodeManagerException">OperationNotFound.</exception>
    public TrackedOperation Find(string id) => _operations.GetValueOrDefault(id) ?? throw new NodeManagerException(
        "OperationNotFound", ErrorKind.ObjectNotFound, $"Operation '{id}' does not exist.", id, $"GET {OperationRoutes.Path} lists them; the last {Kept} that ended are kept.");

    /// <summary>How many run.</summary>
    public int Running => _operations.Values.Count(static one => one.Operation.State == OperationState.Running);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (TrackedOperation tracked in _operations.Values) tracked.Operation.Cancel();
        return Task.WhenAll(_operations.Values.Select(o => o.Operation.Completion)).WaitAsync(cancellationToken);
    }

    private async Task NoteEndAsync(TrackedOperation tracked)
    {
        OperationState state = await tracked.Operation.Completion;
        audit.Ended(tracked.By, tracked.Operation.Id, tracked.Operation.Kind, tracked.Operation.Target, state.ToString());
    }
}

/// <summary>An operation and who asked for it.</summary>
/// <param name="By">As the audit log names callers.</param>
/// <param name="Shape">From a result of the operation to what the routes answer.</param>
internal sealed record TrackedOperation(RunningOperation Operation, string By, Func<object, object> Shape);
