using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Runtime;

namespace NodeManager.Sandbox.Controllers.Garbage;

/// <summary>Deletes pods of missing nodes, whatever their grace period, after a delay in which the node may return.</summary>
internal sealed class PodCollector(ControllerContext context) : Controller(context)
{
    private static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(40);

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Pods, BuiltInKinds.Nodes];

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (item.Kind == BuiltInKinds.Nodes)
        {
            if (change.Type == ChangeType.Deleted)
                EnqueueAfter(ObjectKey.Of(item), Quarantine);
        }
        else if (
            change.Type != ChangeType.Deleted
            && item.Field("spec.nodeName") is { Length: > 0 } name
            && Store.Get(BuiltInKinds.Nodes, "", name) is null
        )
            EnqueueAfter(new(BuiltInKinds.Nodes, "", name), Quarantine);
        else if (change.Type != ChangeType.Deleted && item.IsDeleting && item.Field("spec.nodeName").Length == 0)
            Enqueue(item);
    }

    public override void Begin(StoredObject item)
    {
        if (item.Kind == BuiltInKinds.Pods)
            Observe(new(ChangeType.Added, item, null, item.Version));
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (key.Kind == BuiltInKinds.Pods)
        {
            if (
                Get(key) is { IsDeleting: true } unbound
                && unbound.As<Pod>().Metadata.DeletionGracePeriodSeconds > 0
                && unbound.Field("spec.nodeName").Length == 0
            )
                Remove(unbound);
            return;
        }
        if (Get(key) is not null)
            return;
        foreach (StoredObject pod in Store.ListBy(BuiltInKinds.Pods, "spec.nodeName", key.Name))
            Remove(pod);
    }

    private void Remove(StoredObject pod) => Registry.Delete(pod.Kind, pod.Namespace, pod.Name, new() { GracePeriod = 0, Uid = pod.Uid });
}
