using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Controllers.Runtime;

/// <summary>
/// A loop that brings what is to what should be: changes name keys, keys are worked off one by one, each from the store's newest state.
/// The store is read directly and never stale, so there are no caches to fill and nothing to expect.
/// </summary>
internal abstract class Controller(ControllerContext context)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private readonly ReconcileQueue _queue = new(context.Registry.Time);

    /// <summary>What it hears of.</summary>
    public abstract IReadOnlyList<ResourceKind> Kinds { get; }

    /// <summary>True where it also hears of custom kinds, whenever they come.</summary>
    public virtual bool HearsOfCustomKinds => false;

    protected ControllerContext Context => context;

    protected DocumentStore Store => context.Store;

    protected ResourceRegistry Registry => context.Registry;

    /// <summary>A change: only notes what to look at. Called from several threads.</summary>
    public abstract void Observe(Change change);

    /// <summary>What exists at the start; only its own kind is of interest where the rest follows from it.</summary>
    public virtual void Begin(StoredObject item)
    {
        if (item.Kind == Kinds[0])
            Enqueue(item);
    }

    /// <summary>A fault begins, ends or changes: only notes what to look at.</summary>
    public virtual void Feel(Fault fault) { }

    public async Task RunAsync(Action<Exception> report, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            ObjectKey key;
            try
            {
                key = await _queue.TakeAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            try
            {
                Reconcile(key);
            }
            catch (ApiException exception)
            {
                // Gone meanwhile: nothing to do. Anything else may be different in a moment.
                if (exception.Code == 404)
                    continue;
                if (exception.Code is not (403 or 409))
                    report(exception);
                EnqueueAfter(key, Retry);
            }
            catch (Exception exception)
            {
                // One bad object must not stop the rest.
                report(exception);
                EnqueueAfter(key, Retry);
            }
        }
    }

    /// <summary>Brings one object to what it should be. Throwing tries again later.</summary>
    protected abstract void Reconcile(ObjectKey key);

    protected void Enqueue(StoredObject item) => _queue.Enqueue(ObjectKey.Of(item));

    protected void Enqueue(ObjectKey key) => _queue.Enqueue(key);

    protected void EnqueueAfter(ObjectKey key, TimeSpan delay) => context.Timers.Schedule(_queue, key, context.Now + delay);

    protected void EnqueueAt(ObjectKey key, DateTimeOffset moment) => context.Timers.Schedule(_queue, key, moment);

    protected StoredObject? Get(ObjectKey key) => Store.Get(key.Kind, key.Namespace, key.Name);
}
