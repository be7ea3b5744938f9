using NodeManager.Drains.Decisions;

namespace NodeManager.Drains.Budgets;

/// <summary>A pod's place in the queue of a PDB. Dispose it to leave the queue.</summary>
internal sealed class BudgetQueueEntry(Pod pod, DrainTurn turn, Action<BudgetQueueEntry> leave) : IDisposable
{
    private readonly TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _again = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Pod Pod { get; } = pod;

    public DrainTurn Turn { get; } = turn;

    /// <summary>The gate that receives eviction requests and responses of the pod; null without one.</summary>
    public BudgetGate? Gate { get; init; }

    /// <summary>True to send a request whatever the budget allows.</summary>
    public bool IgnoresAllowance { get; init; }

    /// <summary>Completes when a request may be sent.</summary>
    public Task Passed => _passed.Task;

    /// <summary>
    /// Completes when a second request may be sent beside the one in progress. A new task replaces a completed one that was awaited.
    /// </summary>
    public Task Retry => _again.Task;

    public static BudgetQueueEntry Free(Pod pod, DrainTurn turn)
    {
        BudgetQueueEntry ticket = new(pod, turn, static _ => { });
        ticket.Pass();
        return ticket;
    }

    public void Pass() => _passed.TrySetResult();

    public void Repeat() => Interlocked.Exchange(ref _again, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    public void Dispose() => leave(this);
}
