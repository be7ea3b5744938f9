using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Controllers.Caching;

/// <summary>
/// The objects of one kind and selection from one watch, shared by all users (client-go: shared informer). State and the task for its next
/// change are read together, so that no change is missed. Objects are shared and must not be changed. Thread-safe. Open one with
/// <see cref="ObjectCaches"/>.
/// </summary>
public sealed partial class ObjectCache<T>
    where T : KubernetesObject
{
    private readonly Lock _lock = new();
    private readonly Lock _telling = new();
    private readonly ObjectStore<T> _store = new();
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger;
    private ImmutableArray<Action<ObjectChange<T>>> _handlers = [];

    internal ObjectCache(ILogger logger)
    {
        _logger = logger;
        // Marks the exceptions as observed; no caller has to await these tasks.
        _ = _synced.Task.ContinueWith(static task => _ = task.Exception, TaskScheduler.Default);
        _ = _failed.Task.ContinueWith(static task => _ = task.Exception, TaskScheduler.Default);
    }

    /// <summary>Completes when the initial list is known; fails with the watch.</summary>
    public Task Synced => _synced.Task;

    /// <summary>
    /// Fails when no further changes will be reported: the server refused permanently, or the session ended. Never completes otherwise.
    /// </summary>
    public Task Failed => _failed.Task;

    /// <summary>The connection of the watch. While it is disconnected, the cache keeps its last state.</summary>
    public WatchState Watch { get; } = new();

    /// <summary>True when the cache is complete and up to date.</summary>
    public bool IsCurrent => _synced.Task.IsCompletedSuccessfully && !_failed.Task.IsCompleted;

    /// <summary>The number of known objects, also before the cache is in sync.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _store.Count;
        }
    }

    public IReadOnlyList<T> Items
    {
        get
        {
            lock (_lock)
                return _store.Items;
        }
    }

    /// <summary>The object of this UID; null if it was deleted.</summary>
    public T? Find(string uid)
    {
        lock (_lock)
            return _store.Find(uid);
    }

    /// <summary>The object of this name; null if none exists.</summary>
    public T? Find(string? ns, string name)
    {
        lock (_lock)
            return _store.Find(ns, name);
    }

    public IReadOnlyList<T> FindAll(ObjectIndex<T> index, string key)
    {
        lock (_lock)
            return _store.FindAll(index, key);
    }

    /// <summary>The object of this UID (null: deleted, or not reported yet), and a task that completes when it changes.</summary>
    public (T? Object, Task Changed) Observe(string uid)
    {
        lock (_lock)
            return (_store.Find(uid), _store.Changed(uid));
    }

    /// <summary>The objects with this key, and a task that completes when one of them changes or the set does.</summary>
    public (IReadOnlyList<T> Objects, Task Changed) Observe(ObjectIndex<T> index, string key)
    {
        lock (_lock)
            return (_store.FindAll(index, key), _store.Changed(index, key));
    }

    /// <summary>All objects, and a task that completes at the next change of any.</summary>
    public (IReadOnlyList<T> Objects, Task Changed) ObserveAll()
    {
        lock (_lock)
            return (_store.Items, _store.Changed());
    }

    /// <summary>Completes at the next change of any object. Take it before reading.</summary>
    public Task Changed()
    {
        lock (_lock)
            return _store.Changed();
    }

    /// <param name="isMet">Receives the state; null where the object does not exist.</param>
    public async Task<T?> UntilAsync(string uid, Func<T?, bool> isMet, CancellationToken cancellationToken)
    {
        await Synced.WaitAsync(cancellationToken);
        while (true)
        {
            (T? item, Task changed) = Observe(uid);
            if (isMet(item))
                return item;
            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Adds objects that were read or written besides the watch, which may lag, so that callers read their own writes. Older versions and
    /// deleted objects are ignored.
    /// </summary>
    /// <param name="items">Of this cache's kind and selection, as the server returned them.</param>
    public void AddOrUpdate(params IEnumerable<T> items)
    {
        foreach (T item in items)
            Notify(() => _store.AddOrUpdate(item));
    }

    /// <summary>
    /// Reports each existing object to a handler as Added, then every change, one at a time and in order. Handlers return immediately; a
    /// failed handler is logged and still receives the next change.
    /// </summary>
    /// <returns>Removes the handler. A change in delivery may still arrive.</returns>
    public IDisposable Subscribe(Action<ObjectChange<T>> handler)
    {
        lock (_telling)
        {
            IReadOnlyList<T> items;
            lock (_lock)
                items = _store.Items;
            foreach (T item in items)
                Notify(handler, new(WatchEventType.Added, item));
            // Disposed subscriptions are removed without the lock.
            ImmutableInterlocked.Update(ref _handlers, static (handlers, one) => handlers.Add(one), handler);
        }

        return new Subscription(this, handler);
    }

    internal void Relist(KubernetesList<T> list) => Notify(() => _store.Relist(list));

    internal void Apply(WatchEvent<T> seen)
    {
        Notify(() => _store.Apply(seen));
        if (seen.Type == WatchEventType.Synced)
            _synced.TrySetResult();
    }

    internal void Fail(Exception failure)
    {
        lock (_lock)
            _store.Fail(failure);
        _failed.TrySetException(failure);
        _synced.TrySetException(failure);
    }

    private void Notify(Func<List<ObjectChange<T>>> change)
    {
        lock (_telling)
        {
            List<ObjectChange<T>> changes;
            lock (_lock)
                changes = change();
            foreach (ObjectChange<T> one in changes)
            foreach (Action<ObjectChange<T>> handler in _handlers)
                Notify(handler, one);
        }
    }

    private void Notify(Action<ObjectChange<T>> handler, ObjectChange<T> change)
    {
        try
        {
            handler(change);
        }
        catch (Exception exception)
        {
            LogHandlerFailed(_logger, exception, typeof(T).Name, change.Object.Metadata.Name);
        }
    }

    [LoggerMessage(40, LogLevel.Error, "A handler of changes failed on {Kind} {Name}")]
    private static partial void LogHandlerFailed(ILogger logger, Exception exception, string kind, string name);

    private sealed class Subscription(ObjectCache<T> cache, Action<ObjectChange<T>> handler) : IDisposable
    {
        public void Dispose() => ImmutableInterlocked.Update(ref cache._handlers, static (handlers, one) => handlers.Remove(one), handler);
    }
}
