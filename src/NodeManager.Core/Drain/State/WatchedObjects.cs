using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Core.Drain.State;

/// <summary>
/// What a watch has told so far, by UID. Who waits looks at the state first and gets with it a task that ends at the next change, so that
/// no change falls between looking and waiting. Thread-safe.
/// </summary>
internal sealed class WatchedObjects<T>(KubernetesClient client, ResourceType<T> type, ListOptions what)
    where T : KubernetesObject
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, T> _byUid = [];
    private readonly Dictionary<(string?, string), string> _uidByName = [];
    private readonly Dictionary<string, TaskCompletionSource> _waiting = [];
    private readonly HashSet<string> _gone = [];
    private readonly HashSet<string> _admitted = [];
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _failure;

    /// <summary>Ends when all that existed at the start is known; faults when the watch does.</summary>
    public Task Synced => _synced.Task;

    /// <summary>Faults when the watch does; does not end otherwise.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Told of every change, the object gone or there, from the watch's own task.</summary>
    public Action<T, bool>? OnChange { get; init; }

    /// <summary>Watches until cancelled. What ends it otherwise (a missing permission, say) is thrown to everyone who waits.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (WatchEvent<T> change in client.WatchAsync(type, what, cancellationToken))
                Apply(change);
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _synced.TrySetCanceled(cancellationToken);
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
    }

    /// <summary>The object of this UID (null: gone, or not told yet) and a task that ends when that changes.</summary>
    public (T? Object, Task Changed) Look(string uid)
    {
        lock (_lock)
        {
            if (_failure is not null) return (_byUid.GetValueOrDefault(uid), Task.FromException(_failure));
            if (!_waiting.TryGetValue(uid, out TaskCompletionSource? signal))
                _waiting.Add(uid, signal = new(TaskCreationOptions.RunContinuationsAsynchronously));
            return (_byUid.GetValueOrDefault(uid), signal.Task);
        }
    }

    /// <summary>The object as last told; null when it is gone.</summary>
    public T? Find(string uid)
    {
        lock (_lock) return _byUid.GetValueOrDefault(uid);
    }

    /// <summary>Takes in what a list showed since the watch began, in case the watch has not told of it yet.</summary>
    public void Admit(T item)
    {
        lock (_lock)
        {
            string uid = item.Metadata.Uid ?? "";
            if (_byUid.ContainsKey(uid) || _gone.Contains(uid)) return;
            _admitted.Add(uid);
            Keep(uid, item);
        }
    }

    private void Apply(WatchEvent<T> change)
    {
        if (change.Type == WatchEventType.Synced)
        {
            lock (_lock)
            {
                // The watch began anew and did not find them.
                foreach (string missing in _admitted) Forget(missing);
                _admitted.Clear();
            }

            _synced.TrySetResult();
            return;
        }

        string uid = change.Object.Metadata.Uid ?? "";
        lock (_lock)
        {
            _admitted.Remove(uid);
            if (change.Type == WatchEventType.Deleted) Forget(uid);
            else Keep(uid, change.Object);
        }

        OnChange?.Invoke(change.Object, change.Type == WatchEventType.Deleted);
    }

    private void Keep(string uid, T item)
    {
        (string?, string) name = (item.Metadata.Namespace, item.Metadata.Name);
        // After a gap in the watch another object may stand under the same name: the former one is gone.
        if (_uidByName.TryGetValue(name, out string? former) && former != uid) Forget(former);
        _byUid[uid] = item;
        _uidByName[name] = uid;
        Signal(uid);
    }

    private void Forget(string uid)
    {
        _gone.Add(uid);
        if (_byUid.Remove(uid, out T? gone)) _uidByName.Remove((gone.Metadata.Namespace, gone.Metadata.Name));
        Signal(uid);
    }

    private void Signal(string uid)
    {
        if (_waiting.Remove(uid, out TaskCompletionSource? signal)) signal.TrySetResult();
    }

    private void Fail(Exception failure)
    {
        lock (_lock)
        {
            _failure = failure;
            _synced.TrySetException(failure);
            foreach (TaskCompletionSource signal in _waiting.Values) signal.TrySetException(failure);
            _waiting.Clear();
        }

        _failed.TrySetException(failure);
    }
}
