using NodeManager.Drains.Decisions;
using NodeManager.Drains.Progress;
using NodeManager.Drains.Workloads;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Evictions;

/// <summary>
/// Decides which pod may be deleted next although its budget refuses: one at a time for each budget and workload, over all nodes of the
/// run. The next follows when the replacement is ready. Thread-safe.
/// </summary>
internal sealed class BudgetOverrides : IDisposable
{
    private readonly Lock _lock = new();
    private readonly DrainScope _scope;
    private readonly string? _namespace;
    private readonly HashSet<string> _deleted = [];
    private readonly Dictionary<string, int> _before = [];
    private readonly Dictionary<PodRecord, string[]> _busy = [];
    private TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WorkloadWatch? _watch;
    private bool _isBlind;

    /// <param name="namespaces">Namespaces of the pods to evict.</param>
    public BudgetOverrides(DrainScope scope, IReadOnlyCollection<string> namespaces)
    {
        _scope = scope;
        _namespace = namespaces.Count == 1 ? namespaces.First() : null;
    }

    /// <summary>Takes the turn for a pod until disposed; null if another pod has it.</summary>
    public OverrideTurn? TryBegin(PodRecord record, Pod pod)
    {
        if (_scope.Options.OverrideBudgetConcurrently)
            return new(record, null);
        lock (_lock)
        {
            WorkloadWatch watch = Watch();
            if (Wait(record, pod) is not null)
                return null;
            if (!_isBlind && watch.Read(board => Observe(board, pod)) is { Uid.Length: > 0 } standing)
                _before.TryAdd(standing.Uid, standing.Pods.Ready);
            _busy[record] = KeysOf(record, pod);
            return new(record, this);
        }
    }

    /// <summary>The reason why a pod waits (null if it is its turn), and a task that completes when that may have changed.</summary>
    public (string? Wait, Task Changed) Observe(PodRecord record, Pod pod)
    {
        if (_scope.Options.OverrideBudgetConcurrently)
            return (null, Task.CompletedTask);
        lock (_lock)
        {
            WorkloadWatch watch = Watch();
            // The task is created first, so that no change in between is missed.
            Task changed = Task.WhenAny(watch.Observe(static board => board).Changed, _freed.Task);
            return (Wait(record, pod), changed);
        }
    }

    /// <summary>The server accepted the deletion: the pod no longer counts, whatever the watch reports.</summary>
    internal void Deleted(PodRecord record)
    {
        lock (_lock)
            _deleted.Add(record.Plan.Uid);
    }

    /// <summary>The pod is gone, or was not deleted.</summary>
    internal void End(PodRecord record)
    {
        lock (_lock)
        {
            _busy.Remove(record);
            Free();
        }
    }

    public void Dispose() => _watch?.Dispose();

    private string? Wait(PodRecord record, Pod pod)
    {
        string[] keys = KeysOf(record, pod);
        if (_busy.FirstOrDefault(other => other.Key != record && other.Value.Intersect(keys).Any()).Key is { } busy)
            return $"pod {busy.Title} to terminate";
        if (_isBlind)
            return null;
        if (Watch().Observe(board => Observe(board, pod)).Value is not { } standing)
            return "the workloads to be listed";
        int? before = _before.TryGetValue(standing.Uid, out int ready) ? ready : null;
        return OverrideRules.MayDelete(pod.IsReady(), standing.Pods.Ready, standing.Pods.Desired, !standing.Pods.IsStuck, before)
            ? null
            : $"{standing.Pods.Title}: {standing.Pods.Describe()}";
    }

    private static string[] KeysOf(PodRecord record, Pod pod) =>
        pod.Controller() is { } owner ? [.. record.Budgets, owner.Uid] : [.. record.Budgets];

    private void Free()
    {
        _freed.TrySetResult();
        _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    // There is nothing to wait for without a controller or workload. Pods of kinds that are not watched are counted.
    private Standing Observe(WorkloadCache board, Pod pod)
    {
        if (pod.Controller() is not { } owner)
            return Standing.None;
        string root = board.RootOf(owner.Uid);
        if (board.Of(new HashSet<string> { root }, _deleted).TryGetValue(root, out WorkloadPods? pods))
            return new(root, pods);
        if (owner.Kind is "ReplicaSet" or "StatefulSet")
            return Standing.None;
        int ready = board.Ready(owner.Uid, _deleted);
        string title = $"{owner.Kind} {pod.Metadata.Namespace}/{owner.Name}";
        return new(owner.Uid, new(title, ready, _before.TryGetValue(owner.Uid, out int before) ? before : ready, []));
    }

    // The caches are opened when a budget has refused for too long for the first time.
    private WorkloadWatch Watch()
    {
        if (_watch is not null)
            return _watch;
        _watch = new(_scope, _namespace);
        _ = _watch.Failed.ContinueWith(ContinueWithoutWatch, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return _watch;
    }

    // The end of the session, or the caches that are closed after the run, are not failures.
    private void ContinueWithoutWatch(Task failed)
    {
        if (failed.Exception?.InnerException is not { } failure || failure is ObjectDisposedException)
            return;
        _scope.Observer.Warning(
            $"The workloads cannot be listed, so the drain cannot wait for replacements. Each pod is deleted when the previous one has terminated. {failure.Message}"
        );
        lock (_lock)
        {
            _isBlind = true;
            Free();
        }
    }

    private sealed record Standing(string Uid, WorkloadPods Pods)
    {
        public static readonly Standing None = new("", new("", 0, 0, []));
    }
}
