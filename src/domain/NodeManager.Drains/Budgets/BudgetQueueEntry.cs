using NodeManager.Drains.Decisions;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains.Budgets;

/// <summary>A pod's place in the line before a budget. Disposing it leaves the line.</summary>
/// <param name="pod">As it is now.</param>
/// <param name="turn">Its place in the order of evictions.</param>
/// <param name="leave">Takes it out of its line.</param>
internal sealed class BudgetQueueEntry(Pod pod, DrainTurn turn, Action<BudgetQueueEntry> leave) : IDisposable
{
    private readonly TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _again = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Pod Pod { get; } = pod;

    public DrainTurn Turn { get; } = turn;

    /// <summary>The gate that receives eviction requests and responses of the pod; null without one.</summary>
    public BudgetGate? Gate { get; init; }

    /// <summary>Whether it is to ask whatever the budget is known to allow.</summary>
    public bool AsksAnyway { get; init; }

    /// <summary>Ends when it is worth asking.</summary>
    public Task Passed => _passed.Task;

    /// <summary>Ends when it is worth asking once more, beside the request in progress. One that was awaited is followed by another.</summary>
    public Task Again => _again.Task;

    /// <summary>One that passed.</summary>
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
