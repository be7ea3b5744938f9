using System.Globalization;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>
/// Periodically marks silent nodes, updates zone states, and adds the NoExecute taint that evicts pods to nodes that are not ready, at the
/// rate of their zone. Source: k8s.io/kubernetes/pkg/controller/nodelifecycle.
/// </summary>
internal sealed class NodeHealthMonitor(ControllerContext context) : Controller(context)
{
    private const int LongGraceFrom = 32;
    private static readonly string[] Watched = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];
    private static readonly HashSet<string> Keys = [NodeTaints.NotReady, NodeTaints.Unreachable];

    /// <summary>The single key, for the whole cluster.</summary>
    private static readonly ObjectKey Turn = new(BuiltInKinds.Nodes, "", "");

    /// <summary><c>--node-monitor-period</c>.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary><c>--node-startup-grace-period</c>, for a node whose kubelet never reported a status.</summary>
    private static readonly TimeSpan StartupGrace = TimeSpan.FromSeconds(60);

    /// <summary>A later pass means that the clock has jumped.</summary>
    private static readonly TimeSpan Jump = TimeSpan.FromSeconds(10);

    /// <summary>The tolerated clock difference of a node: the API's times are whole seconds.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    /// <summary><c>--node-monitor-grace-period</c>.</summary>
    private readonly TimeSpan _grace = TimeSpan.FromSeconds(context.MinorVersion >= LongGraceFrom ? 50 : 40);

    private readonly DateTimeOffset _start = context.Now;
    private readonly Dictionary<string, JudgedNode> _nodes = new(StringComparer.Ordinal);
    private readonly DisruptedZones _zones = new();
    private DateTimeOffset _nextPass = context.Now;
    private bool _hasWaited;

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Nodes];

    public override void Begin(StoredObject item) => Enqueue(Turn);

    public override void Observe(Change change)
    {
        if (change.Previous is null)
            Enqueue(Turn);
    }

    protected override void Reconcile(ObjectKey key)
    {
        DateTimeOffset now = Context.Now;
        if (now >= _nextPass)
        {
            // After a clock jump (a suspended laptop, a test) kubelets get time to report.
            _hasWaited = !_hasWaited && _nodes.Count > 0 && now - _nextPass > Jump;
            if (_hasWaited)
            {
                EnqueueAfter(Turn, TimeSpan.FromSeconds(1));
                return;
            }

            _nextPass = PassFrom(now + TimeSpan.FromTicks(1));
            EnqueueAt(Turn, _nextPass);
            Pass(now);
        }

        foreach (TaintLine line in _zones.Lines)
        {
            while (line.Take(now) is { } name)
                Attempt(() => Taint(name));
            if (line.Next is { } next && next < _nextPass)
                EnqueueAt(Turn, next);
        }

        if (_nodes.Count > 0)
            EnqueueAt(Turn, _nextPass);
    }

    /// <summary>The first pass at or after a time.</summary>
    private DateTimeOffset PassFrom(DateTimeOffset moment) => _start + (Period * Math.Ceiling((moment - _start) / Period));

    private void Pass(DateTimeOffset now)
    {
        Dictionary<NodeZone, ZoneCount> counts = [];
        int present = 0;
        foreach (StoredObject node in Store.List(BuiltInKinds.Nodes).Objects.Walk())
        {
            present++;
            JudgedNode health = HealthOf(node);
            Attempt(() => Judge(health, node, now));
            if (health.IsExcluded)
                continue;
            ZoneCount count = counts.GetValueOrDefault(health.Zone);
            counts[health.Zone] =
                health.Ready == "True" ? count with { Ready = count.Ready + 1 } : count with { NotReady = count.NotReady + 1 };
        }

        if (present < _nodes.Count)
            foreach (string gone in _nodes.Keys.Where(name => Store.Get(BuiltInKinds.Nodes, "", name) is null).ToList())
                RemoveNode(gone);
        switch (_zones.Update(counts, now))
        {
            case DisruptionChange.Entered:
                // Without a ready node, the fault may be on this side.
                foreach ((string name, JudgedNode health) in _nodes)
                    Attempt(() => MarkReachable(health, name));
                break;
            case DisruptionChange.Recovered:
                foreach (JudgedNode health in _nodes.Values)
                    health.SilentFrom = now;
                break;
        }
    }

    private JudgedNode HealthOf(StoredObject node)
    {
        // A node with a new UID is a new node.
        if (_nodes.TryGetValue(node.Name, out JudgedNode? known) && known.Uid != node.Uid)
            RemoveNode(node.Name);
        if (_nodes.TryGetValue(node.Name, out JudgedNode? health))
        {
            Read(health, node);
            return health;
        }

        _nodes[node.Name] = health = new(node.Uid);
        Read(health, node);
        // An old report may be due to this controller's late start.
        if (health.Ready.Length > 0)
            health.SilentFrom = Context.Now;
        return health;
    }

    private void RemoveNode(string name)
    {
        _zones.LineOf(_nodes[name].Zone).Remove(name);
        _nodes.Remove(name);
    }

    /// <summary>Applies changes since the last pass.</summary>
    private void Read(JudgedNode health, StoredObject stored)
    {
        if (health.Version == stored.Version)
            return;
        Node node = stored.As<Node>();
        NodeZone zone = NodeZone.Of(node);
        if (health.Version >= 0 && zone != health.Zone)
            _zones.LineOf(health.Zone).Remove(stored.Name);
        health.Version = stored.Version;
        health.Zone = zone;
        health.IsExcluded = NodeZone.Excludes(node, Context.MinorVersion);
        health.Ready = node.StatusOf("Ready");
        health.IsReachable = false;
        health.Deadline = default;
    }

    private void Judge(JudgedNode health, StoredObject stored, DateTimeOffset now)
    {
        if (now >= health.Deadline && now >= (health.Deadline = DeadlineOf(health, stored)) && health.Ready != "Unknown")
        {
            stored = GiveUp(stored, wasReady: health.Ready == "True");
            Read(health, stored);
        }

        Node node = stored.As<Node>();
        TaintLine line = _zones.LineOf(health.Zone);
        switch (health.Ready)
        {
            case "":
            case "True" when health.IsReachable:
                break;
            case "True":
                MarkReachable(health, stored.Name);
                health.IsReachable = true;
                break;
            default:
                string wanted = KeyOf(health.Ready);
                // One taint replaces the other immediately: the tolerations of pods keep counting.
                if (Keys.Any(key => key != wanted && node.Has(key, "NoExecute")))
                    NodeTaints.Set(Registry, stored, "NoExecute", Keys, [wanted]);
                else if (node.Has(wanted, "NoExecute"))
                    line.MarkTaken(stored.Name);
                else
                {
                    // Restores a taint that was removed manually.
                    if (line.HasTaken(stored.Name))
                        line.Remove(stored.Name);
                    line.Add(stored.Name);
                }

                break;
        }
    }

    /// <summary>A report counts from the pass that sees it.</summary>
    private DateTimeOffset DeadlineOf(JudgedNode health, StoredObject stored)
    {
        Node node = stored.As<Node>();
        Condition? ready = node.Status.Conditions.Find("Ready");
        DateTimeOffset last =
            (ready?.LastHeartbeatTime <= Context.Now ? ready.LastHeartbeatTime : null) ?? node.Metadata.CreationTimestamp ?? Context.Now;
        if (
            Store.Get(BuiltInKinds.Leases, HeartbeatLease.Namespace, stored.Name) is { } lease
            && RenewedAt(lease) is { } renewed
            && renewed > last
        )
            last = renewed;
        last = PassFrom(last);
        return (last > health.SilentFrom ? last : health.SilentFrom) + (ready is null ? StartupGrace : _grace);
    }

    // By the API's clock where the node's clock differs: the time of the write counts, not its content.
    private static DateTimeOffset? RenewedAt(StoredObject lease)
    {
        DateTimeOffset? renewed = HeartbeatLease.RenewedAt(lease);
        string? written = lease.Owners.Entries.Max(static entry => entry.Time);
        return
            written is not null
            && DateTimeOffset.TryParse(written, CultureInfo.InvariantCulture, out DateTimeOffset at)
            && (renewed - at)?.Duration() > Tolerance
            ? at
            : renewed;
    }

    /// <summary>A node that is ready, or of unknown health, loses its taint and its place in the queue.</summary>
    private void MarkReachable(JudgedNode health, string name)
    {
        _zones.LineOf(health.Zone).Remove(name);
        if (Store.Get(BuiltInKinds.Nodes, "", name) is { } stored)
            NodeTaints.Set(Registry, stored, "NoExecute", Keys, []);
    }

    private void Taint(string name)
    {
        if (Store.Get(BuiltInKinds.Nodes, "", name) is not { } stored)
            return;
        string ready = stored.As<Node>().StatusOf("Ready");
        if (ready is "False" or "Unknown")
            NodeTaints.Set(Registry, stored, "NoExecute", Keys, [KeyOf(ready)]);
    }

    private static string KeyOf(string ready) => ready == "False" ? NodeTaints.NotReady : NodeTaints.Unreachable;

    private StoredObject GiveUp(StoredObject stored, bool wasReady)
    {
        string now = Registry.Now;
        StoredObject silent = Registry.UpdateStatus(
            stored,
            document =>
            {
                JsonObject status = document.Ensure("status");
                foreach (string type in Watched)
                {
                    JsonObject? before = status.Condition(type);
                    if (before.Text("status") == "Unknown")
                        continue;
                    bool isNew = before is null;
                    status.SetCondition(
                        type,
                        "Unknown",
                        now,
                        isNew ? "NodeStatusNeverUpdated" : "NodeStatusUnknown",
                        isNew ? "Kubelet never posted node status." : "Kubelet stopped posting node status."
                    );
                    status.Condition(type)!.Default("lastHeartbeatTime", document["metadata"]!["creationTimestamp"]!.DeepClone());
                }
            }
        );
        if (!wasReady)
            return silent;
        Context.Events.Normal(silent, "node-controller", "NodeNotReady", $"Node {stored.Name} status is now: NodeNotReady");
        foreach (StoredObject pod in Store.ListBy(BuiltInKinds.Pods, "spec.nodeName", stored.Name))
            Attempt(() => MarkNotReady(pod));
        return silent;
    }

    private void MarkNotReady(StoredObject pod)
    {
        if (pod.IsDeleting || !pod.As<Pod>().IsReady())
            return;
        Registry.UpdateStatus(pod, document => document["status"]!.AsObject().SetPodCondition("Ready", "False", Registry.Now));
        Context.Events.Warning(pod, "node-controller", "NodeNotReady", "Node is not ready");
    }

    /// <summary>The failure of one node must not affect the others; the next pass retries.</summary>
    private static void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (ApiException exception) when (exception.Code is 403 or 404 or 409)
        {
            // Deleted or changed by another client meanwhile.
        }
    }
}
