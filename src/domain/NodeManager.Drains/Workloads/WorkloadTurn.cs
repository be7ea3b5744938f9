using NodeManager.Drains.Decisions;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Workloads;

/// <summary>A pod that waits until its workload can spare it. Dispose it to stop waiting. Thread-safe.</summary>
/// <param name="number">Orders pods of equal turns.</param>
internal sealed class WorkloadTurn(Pod pod, DrainTurn turn, long number, Action<WorkloadTurn> leave)
    : IComparable<WorkloadTurn>,
        IDisposable
{
    private readonly TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DrainTurn _turn = turn;
    private readonly long _number = number;
    private TaskCompletionSource _waitChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Pod Pod { get; } = pod;

    public string Owner { get; } = pod.Controller()!.Uid;

    /// <summary>Completes when the pod may be evicted.</summary>
    public Task Passed => _passed.Task;

    /// <summary>Null until it is known.</summary>
    public WorkloadWait? Wait { get; private set; }

    /// <summary>Why the pod may be evicted although its workload has too few ready pods; empty otherwise.</summary>
    public string Concession { get; private set; } = "";

    /// <summary>Completes when <see cref="Wait"/> has changed. A new task replaces a completed one.</summary>
    public Task WaitChanged => _waitChanged.Task;

    public void Pass(string concession = "")
    {
        Concession = concession;
        _passed.TrySetResult();
    }

    public void ReportWait(WorkloadWait wait)
    {
        if (Wait == wait)
            return;
        Wait = wait;
        Interlocked.Exchange(ref _waitChanged, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    public int CompareTo(WorkloadTurn? other) => other is null ? 1 : (_turn, _number).CompareTo((other._turn, other._number));

    public void Dispose() => leave(this);
}
