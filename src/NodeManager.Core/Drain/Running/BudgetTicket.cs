using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Running;

/// <summary>A pod's place in the line before a budget. Disposing it leaves the line.</summary>
internal sealed class BudgetTicket(Pod pod, Action<BudgetTicket> leave) : IDisposable
{
    private readonly TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Pod Pod { get; } = pod;

    /// <summary>Ends when it is worth asking again.</summary>
    public Task Passed => _passed.Task;

    public void Pass() => _passed.TrySetResult();

    public void Dispose() => leave(this);
}
