using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Controllers.Caching;

/// <summary>
/// The objects of one kind and selection as one watch reports them, shared by all users (client-go: a shared informer). A caller that waits
/// looks first, and gets with the state a task that ends at its next change: nothing falls between looking and waiting. Objects are shared and
/// must not be changed. Thread-safe. Open one with <see cref="ObjectCaches"/>.
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
        // Observes the exceptions: no caller has to await these tasks.
        _ = _synced.Task.ContinueWith(static task => _ = task.Exception, TaskScheduler.Default);
        _ = _failed.Task.ContinueWith(static task => _ = task.Exception, TaskScheduler.Default);
    }

    /// <summary>Ends when all that existed at the start is known; fails when the watch does.</summary>
    public Task Synced => _synced.Task;

    /// <summary>Fails when no further changes are reported: the server refused permanently, or the session ended. Does not end otherwise.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Whether the watch behind the cache is connected. While it is cut, the cache keeps what it last knew.</summary>
    public WatchState Watch { get; } = new();

    /// <summary>True when the cache can be read: it is complete and kept up to date.</summary>
    public bool IsCurrent => _synced.Task.IsCompletedSuccessfully && !_failed.Task.IsCompleted;

    /// <summary>How many objects there are; before the cache is in sync, how many are known.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _store.Count;
        }
    }

    /// <summary>All objects.</summary>
    public IReadOnlyList<T> Items
    {
        get
        {
            lock (_lock)
                return _store.Items;
        }
    }

    /// <summary>The last known object of this UID; null if it was deleted.</summary>
    public T? Find(string uid)
    {
        lock (_lock)
            return _store.Find(uid);
    }

    /// <summary>The last known object of this name; null if none exists.</summary>
    public T? Find(string? ns, string name)
    {
        lock (_lock)
            return _store.Find(ns, name);
    }

    /// <summary>The objects with this key.</summary>
    public IReadOnlyList<T> FindAll(ObjectIndex<T> index, string key)
    {
        lock (_lock)
            return _store.FindAll(index, key);
    }

    /// <summary>The object of this UID (null: deleted, or not reported yet), and a task that ends when that changes.</summary>
    public (T? Object, Task Changed) Look(string uid)
    {
        lock (_lock)
            return (_store.Find(uid), _store.Changed(uid));
    }

    /// <summary>The objects with this key, and a task that ends when one of them changes, comes or goes.</summary>
    public (IReadOnlyList<T> Objects, Task Changed) Look(ObjectIndex<T> index, string key)
    {
        lock (_lock)
            return (_store.FindAll(index, key), _store.Changed(index, key));
    }

    /// <summary>All objects, and a task that ends at the next change of any.</summary>
    public (IReadOnlyList<T> Objects, Task Changed) LookAtAll()
    {
        lock (_lock)
            return (_store.Items, _store.Changed());
    }

    /// <summary>Ends at the next change of any object. For those who read after taking it.</summary>
    public Task Changed()
    {
        lock (_lock)
            return _store.Changed();
    }

    /// <summary>Waits until the object meets a condition.</summary>
    /// <param name="uid">Of the object.</param>
    /// <param name="isMet">Judges its state; null where it is gone.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The object that meets the condition.</returns>
    public async Task<T?> UntilAsync(string uid, Func<T?, bool> isMet, CancellationToken cancellationToken)
    {
        await Synced.WaitAsync(cancellationToken);
        while (true)
        {
            (T? item, Task changed) = Look(uid);
            if (isMet(item))
                return item;
            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Takes in objects that were read or written beside the watch, which may lag: the caller then finds its own writes here. What the cache
    /// knows better already, deletions too, is left as it is.
    /// </summary>
    /// <param name="items">Of this cache's kind and selection, as the server answered them.</param>
    public void Admit(params IEnumerable<T> items)
    {
        foreach (T item in items)
            Tell(() => _store.Admit(item));
    }

    /// <summary>
    /// Reports each existing object to a handler as Added, then every change, one at a time and in order. Handlers return immediately and do
    /// not wait; a failed handler is logged and still receives the next change.
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
                Tell(handler, new(WatchEventType.Added, item));
            _handlers = _handlers.Add(handler);
        }

        return new Subscription(this, handler);
    }

    internal void Relist(KubernetesList<T> list) => Tell(() => _store.Relist(list));

    internal void Apply(WatchEvent<T> seen)
    {
        Tell(() => _store.Apply(seen));
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

    private void Tell(Func<List<ObjectChange<T>>> change)
    {
        lock (_telling)
        {
            List<ObjectChange<T>> changes;
            lock (_lock)
                changes = change();
            foreach (ObjectChange<T> one in changes)
            foreach (Action<ObjectChange<T>> handler in _handlers)
                Tell(handler, one);
        }
    }

    private void Tell(Action<ObjectChange<T>> handler, ObjectChange<T> change)
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
