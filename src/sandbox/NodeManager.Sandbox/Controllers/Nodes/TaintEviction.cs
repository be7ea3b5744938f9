using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Model.Clock;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>Deletes pods that do not tolerate, or no longer tolerate, a NoExecute taint of their node.</summary>
internal sealed class TaintEviction(ControllerContext context) : Controller(context)
{
    private const string Reason = "TaintManagerEviction";
    private const int DisruptionTargetFrom = 26;
    private readonly Dictionary<(string Node, string Taint), DateTimeOffset> _seen = [];

    private readonly Dictionary<ObjectKey, (string Uid, DateTimeOffset At)> _scheduled = [];

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Nodes, BuiltInKinds.Pods];

    private string Component => Context.MinorVersion >= 29 ? "taint-eviction-controller" : "taint-controller";

    public override void Begin(StoredObject item)
    {
        if (item.Kind == BuiltInKinds.Nodes && Drives(item.As<Node>()).Count > 0)
            Enqueue(item);
    }

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (change.Type == ChangeType.Deleted)
        {
            if (item.Kind == BuiltInKinds.Pods)
                Enqueue(item);
            return;
        }

        if (item.Kind == BuiltInKinds.Nodes)
        {
            if (change.Previous is { } before && NodeChanges.IsSamePlace(before.As<Node>(), item.As<Node>()))
                return;
            if (Drives(item.As<Node>()).Count > 0 || (change.Previous is { } was && Drives(was.As<Node>()).Count > 0))
                Enqueue(item);
        }
        else if (
            !item.IsDeleting
            && item.Field("spec.nodeName") is { Length: > 0 } name
            && (change.Previous is null || change.Previous.Field("spec.nodeName").Length == 0)
            && Store.Get(BuiltInKinds.Nodes, "", name) is { } node
            && Drives(node.As<Node>()).Count > 0
        )
            Enqueue(item);
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { } item)
        {
            _scheduled.Remove(key);
            return;
        }

        if (item.Kind == BuiltInKinds.Nodes)
        {
            List<Taint> taints = Drives(item.As<Node>());
            foreach (
                (string Node, string Taint) known in _seen
                    .Keys.Where(known => known.Node == item.Name && !taints.Exists(taint => taint.Key == known.Taint))
                    .ToList()
            )
                _seen.Remove(known);
            foreach (StoredObject pod in Store.ListBy(BuiltInKinds.Pods, "spec.nodeName", item.Name))
                Judge(pod, taints);
        }
        else if (Store.Get(BuiltInKinds.Nodes, "", item.Field("spec.nodeName")) is { } node)
            Judge(item, Drives(node.As<Node>()));
    }

    private static List<Taint> Drives(Node node) => node.Spec.Taints?.FindAll(taint => taint.Effect == "NoExecute") ?? [];

    private void Judge(StoredObject stored, List<Taint> taints)
    {
        if (stored.IsDeleting)
            return;
        Pod pod = stored.As<Pod>();
        DateTimeOffset? end = null;
        foreach (Taint taint in taints)
        {
            List<Toleration> tolerating = pod.Spec.Tolerations?.FindAll(toleration => toleration.Tolerates(taint)) ?? [];
            if (tolerating.Count == 0)
            {
                Evict(stored);
                return;
            }
            // The shortest toleration counts; none is unlimited.
            if (tolerating.Min(toleration => toleration.TolerationSeconds) is not { } seconds)
                continue;
            DateTimeOffset until = Since(stored.Field("spec.nodeName"), taint).After(Math.Max(0, seconds));
            if (end is null || until < end)
                end = until;
        }

        ObjectKey key = ObjectKey.Of(stored);
        bool isScheduled = _scheduled.TryGetValue(key, out (string Uid, DateTimeOffset At) known) && known.Uid == stored.Uid;
        if (end is null)
        {
            if (isScheduled && _scheduled.Remove(key))
                Context.Events.Normal(stored, Component, Reason, $"Cancelling deletion of Pod {stored.Namespace}/{stored.Name}");
            return;
        }

        // A replaced taint does not extend the time.
        DateTimeOffset at = isScheduled && known.At < end ? known.At : end.Value;
        _scheduled[key] = (stored.Uid, at);
        if (at <= Context.Now)
            Evict(stored);
        else
            EnqueueAt(key, at);
    }

    /// <summary>Manual taints have no time; they count from when they were first seen.</summary>
    private DateTimeOffset Since(string node, Taint taint)
    {
        if (taint.TimeAdded is { } stated)
            return stated;
        if (!_seen.TryGetValue((node, taint.Key), out DateTimeOffset first))
            _seen[(node, taint.Key)] = first = Context.Now;
        return first;
    }

    private void Evict(StoredObject pod)
    {
        _scheduled.Remove(ObjectKey.Of(pod));
        Context.Events.Normal(pod, Component, Reason, $"Marking for deletion Pod {pod.Namespace}/{pod.Name}");
        if (Context.MinorVersion >= DisruptionTargetFrom)
            Registry.UpdateStatus(
                pod,
                document =>
                    document
                        .Ensure("status")
                        .SetPodCondition(
                            "DisruptionTarget",
                            "True",
                            Registry.Now,
                            "DeletionByTaintManager",
                            "Taint manager: deleting due to NoExecute taint"
                        )
            );
        Registry.Delete(pod.Kind, pod.Namespace, pod.Name, new() { Uid = pod.Uid });
    }
}
