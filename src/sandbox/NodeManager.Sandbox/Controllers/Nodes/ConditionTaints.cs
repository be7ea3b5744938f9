using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>Maintains the NoSchedule taints of node conditions and the cordon.</summary>
internal sealed class ConditionTaints(ControllerContext context) : Controller(context)
{
    private static readonly (string Condition, string Status, string Key)[] Causes =
    [
        ("Ready", "False", NodeTaints.NotReady),
        ("Ready", "Unknown", NodeTaints.Unreachable),
        ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure"),
        ("DiskPressure", "True", "node.kubernetes.io/disk-pressure"),
        ("PIDPressure", "True", "node.kubernetes.io/pid-pressure"),
        ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"),
    ];

    private static readonly HashSet<string> Keys = [Tolerations.Unschedulable.Key, .. Causes.Select(cause => cause.Key)];

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Nodes];

    public override void Observe(Change change)
    {
        if (change.Type != ChangeType.Deleted)
            Enqueue(change.Object);
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { } stored)
            return;
        Node node = stored.As<Node>();
        List<string> wanted = [];
        foreach ((string condition, string status, string taint) in Causes)
            if (node.StatusOf(condition) == status)
                wanted.Add(taint);
        if (node.Spec.Unschedulable == true)
            wanted.Add(Tolerations.Unschedulable.Key);
        NodeTaints.Set(Registry, stored, "NoSchedule", Keys, wanted);
    }
}
