using System.Diagnostics;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Controllers.Runtime;

/// <summary>
/// A reconciliation loop: changes queue keys, which are processed one by one from the store's current state. The store is never stale, so
/// there are no caches and expectations.
/// </summary>
internal abstract class Controller(ControllerContext context)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan TurnLimit = TimeSpan.FromMilliseconds(10);
    private readonly ReconcileQueue _queue = new(context.Registry.Time);

    public abstract IReadOnlyList<ResourceKind> Kinds { get; }

    public virtual bool ObservesCustomKinds => false;

    protected ControllerContext Context => context;

    protected DocumentStore Store => context.Store;

    protected ResourceRegistry Registry => context.Registry;

    /// <summary>Queues keys for a change. Called from several threads.</summary>
    public abstract void Observe(Change change);

    /// <summary>Queues keys for an initial object; by default only for the controller's own kind.</summary>
    public virtual void Begin(StoredObject item)
    {
        if (item.Kind == Kinds[0])
            Enqueue(item);
    }

    /// <summary>Queues keys when a fault starts, ends or changes.</summary>
    public virtual void ObserveFault(Fault fault) { }

    /// <summary>
    /// Processes keys until cancelled. Controllers that are started on a scheduler with few threads take turns until they first wait.
    /// </summary>
    public async Task RunAsync(Action<Exception> report, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration stop = cancellationToken.Register(_queue.Complete);
        long turn = Stopwatch.GetTimestamp();
        // After the first wait, it runs on the thread pool.
        while (await _queue.TakeAsync().ConfigureAwait(false) is { } key && !cancellationToken.IsCancellationRequested)
        {
            if (TaskScheduler.Current != TaskScheduler.Default && Stopwatch.GetElapsedTime(turn) > TurnLimit)
            {
                await Task.Yield();
                turn = Stopwatch.GetTimestamp();
            }

            try
            {
                Reconcile(key);
            }
            catch (ApiException exception)
            {
                // A deleted object needs nothing; other refusals are retried.
                if (exception.Code == 404)
                    continue;
                if (exception.Code is not (403 or 409))
                    report(exception);
                EnqueueAfter(key, Retry);
            }
            catch (Exception exception)
            {
                // An object's failure must not stop the others.
                report(exception);
                EnqueueAfter(key, Retry);
            }
        }
    }

    /// <summary>Reconciles an object. An exception is retried later.</summary>
    protected abstract void Reconcile(ObjectKey key);

    protected void Enqueue(StoredObject item) => _queue.Enqueue(ObjectKey.Of(item));

    protected void Enqueue(ObjectKey key) => _queue.Enqueue(key);

    protected void EnqueueAfter(ObjectKey key, TimeSpan delay) => context.Timers.Schedule(_queue, key, context.Now + delay);

    protected void EnqueueAt(ObjectKey key, DateTimeOffset moment) => context.Timers.Schedule(_queue, key, moment);

    protected StoredObject? Get(ObjectKey key) => Store.Get(key.Kind, key.Namespace, key.Name);
}
