using System.Collections.Concurrent;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Server.Access;

namespace NodeManager.Server.Operations;

/// <summary>
/// The operations that requests started and that continue without them. The last that ended are kept. When the host stops, those that run end as they
/// say: they finish, or are cancelled and handed back. They have its shutdown time for it.
/// </summary>
internal sealed class OperationRegistry(AuditLog audit) : IHostedLifecycleService
{
    /// <summary>How many that ended are kept; the oldest go first.</summary>
    public const int Kept = 200;

    /// <summary>How many may run at a time.</summary>
    public const int MostRunning = 100;

    private readonly ConcurrentDictionary<string, TrackedOperation> _operations = new();
    private readonly Lock _gate = new();
    private volatile bool _isStopping;

    /// <summary>An operation started or ended. Handlers return immediately.</summary>
    public event Action<TrackedOperation>? Changed;

    /// <summary>The operations, newest first.</summary>
    public IReadOnlyList<TrackedOperation> All =>
        [.. _operations.Values.OrderByDescending(o => o.Operation.StartedAt).ThenBy(o => o.Operation.Id, StringComparer.Ordinal)];

    /// <summary>Starts and keeps an operation.</summary>
    /// <param name="by">Who asks for it, as the audit log names callers. Records of the operation in the cluster name them too.</param>
    /// <param name="shape">From a result of the operation to what the routes answer.</param>
    /// <param name="start">Starts it.</param>
    /// <param name="ending">How it ends with the host; null: it is cancelled.</param>
    /// <exception cref="NodeManagerException">TooManyOperations, ServerStopping: nothing was started.</exception>
    public TrackedOperation Start(string by, Func<object, object> shape, Func<RunningOperation> start, OperationEnding? ending = null)
    {
        TrackedOperation tracked;
        lock (_gate)
        {
            if (_isStopping)
                throw new NodeManagerException(
                    "ServerStopping",
                    ErrorKind.ResourceUnavailable,
                    "The server stops and starts no operation.",
                    null,
                    "Try again when it has restarted."
                );
            if (Running >= MostRunning)
                throw new NodeManagerException(
                    "TooManyOperations",
                    ErrorKind.LimitsExceeded,
                    $"{MostRunning} operations are running.",
                    null,
                    "Wait until one ends, or cancel one."
                );
            using (Requester.Use(by))
                tracked = new TrackedOperation(start(), by, shape) { Ending = ending ?? new() };
            _operations[tracked.Operation.Id] = tracked;
        }

        Changed?.Invoke(tracked);
        _ = RecordEndAsync(tracked);
        foreach (TrackedOperation old in All.Where(o => o.Operation.State != OperationState.Running).Skip(Kept))
            _operations.TryRemove(old.Operation.Id, out _);
        return tracked;
    }

    /// <summary>Null for one that is not of this process, or no longer kept.</summary>
    public TrackedOperation? TryFind(string id) => _operations.GetValueOrDefault(id);

    /// <exception cref="NodeManagerException">OperationNotFound.</exception>
    public TrackedOperation Find(string id) =>
        TryFind(id)
        ?? throw new NodeManagerException(
            "OperationNotFound",
            ErrorKind.ObjectNotFound,
            $"Operation '{id}' does not exist.",
            id,
            $"GET {OperationRoutes.Path} lists them; the last {Kept} that ended are kept."
        );

    /// <summary>Whether one of this kind and target runs.</summary>
    public bool IsRunning(string kind, string target) =>
        _operations.Values.Any(one =>
            one.Operation.State == OperationState.Running && one.Operation.Kind == kind && one.Operation.Target == target
        );

    /// <summary>How many run.</summary>
    public int Running => _operations.Values.Count(static one => one.Operation.State == OperationState.Running);

    /// <summary>The host stops: nothing is started any more.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>Before anything else of the host stops: requests that wait for operations are answered, and the cluster can still be reached.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Whatever passed the check of Start is registered by then, and is ended with the others.
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
        if (!tracked.Ending.Finishes)
            tracked.Operation.Cancel();
        try
        {
            OperationState state = await tracked.Operation.Completion.WaitAsync(stop);
            if (state == OperationState.Cancelled && tracked.Ending.HandBack is { } handBack)
                await handBack(tracked.Operation, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Its time is up.
            tracked.Operation.Cancel();
        }
        catch (NodeManagerException)
        {
            // The server is stopping and no caller is left to receive the error. The node stays cordoned.
        }
    }

    private async Task RecordEndAsync(TrackedOperation tracked)
    {
        OperationState state = await tracked.Operation.Completion;
        audit.Ended(tracked.By, tracked.Operation.Id, tracked.Operation.Kind, tracked.Operation.Target, state.ToString());
        Changed?.Invoke(tracked);
    }
}

/// <summary>An operation and who asked for it.</summary>
/// <param name="By">As the audit log names callers.</param>
/// <param name="Shape">From a result of the operation to what the routes answer.</param>
internal sealed record TrackedOperation(RunningOperation Operation, string By, Func<object, object> Shape)
{
    public OperationEnding Ending { get; init; } = new();
}

/// <summary>How an operation that runs ends with the host.</summary>
/// <param name="Finishes">It is waited for: it takes moments, and half of it is worse than all of it. Else it is cancelled.</param>
/// <param name="HandBack">Leaves one that was cancelled to another server.</param>
internal sealed record OperationEnding(bool Finishes = false, Func<RunningOperation, CancellationToken, Task>? HandBack = null);
