using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Controllers.Runtime;

namespace NodeManager.Sandbox.Kubelet;

/// <summary>
/// Image garbage collection that frees too little: an event every five minutes, and another one from the second consecutive failure on.
/// Source: k8s.io/kubernetes/pkg/kubelet (StartGarbageCollection, images.GarbageCollect).
/// </summary>
internal sealed class ImageCollection(ControllerContext context) : Controller(context)
{
    private const string Failure =
        "Failed to garbage collect required amount of images. Attempted to free 8589934592 bytes, but only found 0 bytes eligible to free.";
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, DateTimeOffset> _failedAt = new(StringComparer.Ordinal);

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Nodes];

    public override void Observe(Change change) { }

    public override void Begin(StoredObject item) { }

    public override void ObserveFault(Fault fault)
    {
        if (fault.Kind != SandboxFaultKind.ImageGarbageCollection)
            return;
        foreach (StoredObject node in Store.List(BuiltInKinds.Nodes).Objects.Walk())
            if (fault.Covers(node.Name))
                Enqueue(node);
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { } node || !Context.Faults.IsHit(SandboxFaultKind.ImageGarbageCollection, key.Name))
        {
            _failedAt.Remove(key.Name);
            return;
        }

        bool isRepeated = _failedAt.TryGetValue(key.Name, out DateTimeOffset last);
        // Other faults trigger reconciliations too.
        if (isRepeated && Context.Now - last < Period * 0.9)
            return;
        EnqueueAfter(key, Period);
        if (!node.As<Node>().IsAlive() || Context.Faults.OutageOf(key.Name) is not null)
            return;
        _failedAt[key.Name] = Context.Now;
        Context.Events.Warning(node, "kubelet", "FreeDiskSpaceFailed", Failure);
        if (isRepeated)
            Context.Events.Warning(node, "kubelet", "ImageGCFailed", Failure);
    }
}
