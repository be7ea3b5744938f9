using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Store;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Controllers;

/// <summary>
/// Sees that a node no longer says that it lives, and keeps the taints that follow from conditions and from a cordon: whoever takes them
/// away gets them back. Source: k8s.io/kubernetes/pkg/controller/nodelifecycle.
/// </summary>
internal sealed class NodeLifecycle(ControllerContext context) : Controller(context)
{
    private const string LeaseNamespace = "kube-node-lease";
    private const string NotReady = "node.kubernetes.io/not-ready";
    private const string Unreachable = "node.kubernetes.io/unreachable";
    private static readonly string[] Watched = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

    private static readonly (string Condition, string Key)[] Pressures =
    [
        ("MemoryPressure", "node.kubernetes.io/memory-pressure"), ("DiskPressure", "node.kubernetes.io/disk-pressure"),
        ("PIDPressure", "node.kubernetes.io/pid-pressure"), ("NetworkUnavailable", "node.kubernetes.io/network-unavailable"),
    ];

    private static readonly HashSet<string> Ours =
        [NotReady, Unreachable, "node.kubernetes.io/unschedulable", .. Pressures.Select(pressure => pressure.Key)];

    private readonly HashSet<string> jumped = new(StringComparer.Ordinal);

    /// <summary>50 seconds from 1.32 on, 40 before.</summary>
    private readonly TimeSpan grace = TimeSpan.FromSeconds(context.MinorVersion >= 32 ? 50 : 40);

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Nodes];

    public override void Observe(Change change)
    {
        if (change.Type != ChangeType.Deleted) Enqueue(change.Object);
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { } stored) return;
        Node node = stored.As<Node>();
        if (Judge(key, stored, node))
        {
            stored = GiveUp(stored);
            node = stored.As<Node>();
        }
        Taint(stored, node);
    }

    /// <summary>True if the node has been silent for too long and does not say so yet.</summary>
    private bool Judge(ObjectKey key, StoredObject stored, Node node)
    {
        Condition? ready = node.Status.Conditions?.Find(condition => condition.Type == "Ready");
        DateTimeOffset last = ready?.LastHeartbeatTime ?? node.Metadata.CreationTimestamp ?? Context.Now;
        if (Store.Get(BuiltInKinds.Leases, LeaseNamespace, stored.Name)?.As<Lease>().Spec.RenewTime is { } renewed && renewed > last) last = renewed;
        DateTimeOffset end = last + grace;
        TimeSpan late = Context.Now - end;
        if (late < TimeSpan.Zero)
        {
            EnqueueAt(key, end);
            return false;
        }
        if (ready?.Status == "Unknown") return false;
        // A clock that jumped (a sleeping laptop, a test) is not a silent node: its kubelet gets a moment to speak.
        bool hasJumped = late > TimeSpan.FromSeconds(10) && !jumped.Remove(key.Name) && jumped.Add(key.Name);
        if (hasJumped) EnqueueAfter(key, TimeSpan.FromSeconds(1));
        return !hasJumped;
    }

    private StoredObject GiveUp(StoredObject stored)
    {
        string now = Registry.Now;
        StoredObject silent = Registry.UpdateStatus(stored.Kind, "", stored.Name, document =>
        {
            JsonObject status = document.Ensure("status");
            foreach (string type in Watched)
            {
                JsonObject? before = status.Condition(type);
                if (before.Text("status") == "Unknown") continue;
                bool isNew = before is null;
                status.SetCondition(type, "Unknown", now, isNew ? "NodeStatusNeverUpdated" : "NodeStatusUnknown",
                    isNew ? "Kubelet never posted node status." : "Kubelet stopped posting node status.");
                status.Condition(type)!.Default("lastHeartbeatTime", document["metadata"]!["creationTimestamp"]!.DeepClone());
            }
            return document;
        });
        Context.Events.Normal(silent, "node-controller", "NodeNotReady", $"Node {stored.Name} status is now: NodeNotReady");
        foreach (StoredObject pod in Store.ListBy(BuiltInKinds.Pods, "spec.nodeName", stored.Name)) MarkNotReady(pod);
        return silent;
    }

    private void MarkNotReady(StoredObject pod)
    {
        if (pod.IsDeleting || !pod.As<Pod>().IsReady()) return;
        try
        {
            Registry.UpdateStatus(pod.Kind, pod.Namespace, pod.Name, document =>
            {
                PodConditions.Set(document["status"]!.AsObject(), "Ready", "False", Registry.Now);
                return document;
            });
            Context.Events.Warning(pod, "node-controller", "NodeNotReady", "Node is not ready");
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            // Gone meanwhile.
        }
    }

    private void Taint(StoredObject stored, Node node)
    {
        List<(string Key, string Effect)> wanted = Wanted(node);
        List<Taint> present = node.Spec.Taints ?? [];
        bool isSame = present.Count(taint => Ours.Contains(taint.Key)) == wanted.Count
            && wanted.TrueForAll(taint => present.Exists(other => other.Key == taint.Key && other.Effect == taint.Effect));
        if (isSame) return;
        string now = Registry.Now;
        Registry.Update(stored.Kind, "", stored.Name, document =>
        {
            JsonObject spec = document.Ensure("spec");
            List<JsonObject> before = [.. (spec.Array("taints") ?? []).OfType<JsonObject>()];
            JsonArray taints = [.. before.Where(taint => !Ours.Contains(taint.Text("key") ?? "")).Select(taint => taint.DeepClone())];
            foreach ((string key, string effect) in wanted)
                taints.Add(before.Find(taint => taint.Text("key") == key && taint.Text("effect") == effect)?.DeepClone()
                    ?? new JsonObject { ["key"] = key, ["effect"] = effect, ["timeAdded"] = now });
            if (taints.Count == 0) spec.Remove("taints");
            else spec["taints"] = taints;
            return document;
        });
    }

    private static List<(string Key, string Effect)> Wanted(Node node)
    {
        List<(string Key, string Effect)> wanted = [];
        string ready = Status(node, "Ready");
        string? cause = ready switch { "False" => NotReady, "Unknown" => Unreachable, _ => null };
        if (cause is not null) wanted.AddRange([(cause, "NoSchedule"), (cause, "NoExecute")]);
        foreach ((string condition, string key) in Pressures)
            if (Status(node, condition) == "True") wanted.Add((key, "NoSchedule"));
        if (node.Spec.Unschedulable == true) wanted.Add((Tolerations.Unschedulable.Key, Tolerations.Unschedulable.Effect));
        return wanted;
    }

    private static string Status(Node node, string type) => node.Status.Conditions?.Find(condition => condition.Type == type)?.Status ?? "";
}
