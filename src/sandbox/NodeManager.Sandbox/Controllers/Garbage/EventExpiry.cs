using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Runtime;

namespace NodeManager.Sandbox.Controllers.Garbage;

/// <summary>Deletes Events after an hour, the API server's default.</summary>
internal sealed class EventExpiry(ControllerContext context) : Controller(context)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Events];

    public override void Observe(Change change)
    {
        if (change.Type == ChangeType.Added)
            EnqueueAfter(ObjectKey.Of(change.Object), Lifetime);
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { } stored)
            return;
        Event item = stored.As<Event>();
        DateTimeOffset end = (item.LastTimestamp ?? item.EventTime ?? item.Metadata.CreationTimestamp ?? Context.Now) + Lifetime;
        if (end > Context.Now)
            EnqueueAt(key, end);
        else
            Registry.Delete(key.Kind, key.Namespace, key.Name, DeletionRequest.Default);
    }
}
