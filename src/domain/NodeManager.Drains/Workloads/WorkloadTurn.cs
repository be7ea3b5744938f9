using NodeManager.Drains.Decisions;

namespace NodeManager.Drains.Workloads;

/// <summary>A pod that waits until its workload can spare it. Dispose it to stop waiting. Thread-safe.</summary>
internal sealed class WorkloadTurn(Pod pod, DrainTurn turn, Action<WorkloadTurn> leave) : IDisposable
{
    private readonly TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _waitChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Pod Pod { get; } = pod;

    public string Owner { get; } = pod.Controller()!.Uid;

    public DrainTurn Turn { get; } = turn;

    /// <summary>Completes when the pod may be evicted.</summary>
    public Task Passed => _passed.Task;

    /// <summary>The workload, as <c>Kind namespace/name</c>, and why the pod waits; empty until that is known.</summary>
    public (string Workload, string Reason) Wait { get; private set; } = ("", "");

    /// <summary>Why the pod may be evicted although its workload has too few ready pods; empty otherwise.</summary>
    public string Concession { get; private set; } = "";

    /// <summary>Completes when <see cref="Wait"/> has changed. A new task replaces a completed one.</summary>
    public Task WaitChanged => _waitChanged.Task;

    public void Pass(string concession = "")
    {
        Concession = concession;
        _passed.TrySetResult();
    }

    public void ReportWait(string workload, string reason)
    {
        if (Wait == (workload, reason))
            return;
        Wait = (workload, reason);
        Interlocked.Exchange(ref _waitChanged, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    public void Dispose() => leave(this);
}
