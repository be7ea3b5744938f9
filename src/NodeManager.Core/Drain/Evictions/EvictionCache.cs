using NodeManager.Core.Drain.State;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Drain.Evictions;

/// <summary>
/// What the server makes of our EvictionRequests, by the UID of the pod: kept up by watches that begin with the first request. Thread-safe.
/// </summary>
internal sealed class EvictionCache(DrainScope scope, IReadOnlyCollection<string> namespaces) : IAsyncDisposable
{
    /// <summary>What our requests are found by.</summary>
    public const string LabelKey = "app.kubernetes.io/managed-by", LabelValue = "nodemanager";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Target> _byUid = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _watching = [];
    private WatchedObjects<EvictionProcess>? _processes;

    /// <summary>True when the server has made an Eviction of whatever pod since the first request.</summary>
    public bool HasSeenAny { get; private set; }

    /// <summary>Begins once.</summary>
    public void Watch()
    {
        lock (_lock)
        {
            if (_processes is not null) return;
            string? one = namespaces.Count == 1 ? namespaces.First() : null;
            _processes = new(scope.Client, Resources.EvictionProcesses, new() { Namespace = one }) { OnChange = Apply };
            WatchedObjects<EvictionRequest> requests = new(
                scope.Client, Resources.EvictionRequests, new() { Namespace = one, LabelSelector = $"{LabelKey}={LabelValue}" }) { OnChange = Apply };
            _watching.AddRange([_processes.RunAsync(_stop.Token), requests.RunAsync(_stop.Token)]);
        }
    }

    /// <summary>
    /// Our request and the Eviction that counts (null: not told of, or gone), and a task that ends when that changes, or faults when nothing
    /// will be told any more.
    /// </summary>
    public (EvictionRequest? Request, EvictionProcess? Process, Task Changed) Look(string uid)
    {
        lock (_lock)
        {
            Target target = Of(uid);
            return (target.Request, EvictionChoice.Of(target.Processes.Values), Task.WhenAny(target.Changed.Task, _processes!.Failed).Unwrap());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_watching);
        _stop.Dispose();
    }

    private void Apply(EvictionProcess process, bool isGone) => Change(process.Spec.Target, target =>
    {
        HasSeenAny = true;
        if (isGone) target.Processes.Remove(process.Metadata.Uid ?? "");
        else target.Processes[process.Metadata.Uid ?? ""] = process;
    });

    private void Apply(EvictionRequest request, bool isGone) => Change(request.Spec.Target, target => target.Request = isGone ? null : request);

    private void Change(EvictionTarget of, Action<Target> change)
    {
        if (of.Pod?.Uid is not { } uid) return;
        TaskCompletionSource told;
        lock (_lock)
        {
            Target target = Of(uid);
            change(target);
            told = target.Changed;
            target.Changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        told.TrySetResult();
    }

    private Target Of(string uid)
    {
        if (!_byUid.TryGetValue(uid, out Target? target)) _byUid.Add(uid, target = new());
        return target;
    }

    private sealed class Target
    {
        public EvictionRequest? Request { get; set; }

        public Dictionary<string, EvictionProcess> Processes { get; } = [];

        public TaskCompletionSource Changed { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
