using System.Collections.Concurrent;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Nodes;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Controllers.Workloads;

namespace NodeManager.Sandbox.Kubelet;

/// <summary>Heartbeats of nodes: Leases, and the status after changes or every five minutes.</summary>
internal sealed class NodeHeartbeats(ControllerContext context) : Controller(context)
{
    private const int ManyNodes = 200;
    private const string StaleMessage = "[container runtime is down, PLEG is not healthy: pleg has yet to be successful]";
    private static readonly TimeSpan StatusPeriod = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StaleTime = TimeSpan.FromSeconds(10);

    private static readonly (string Type, string Reason, string Message)[] Pressures =
    [
        ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ];

    /// <summary>Nodes whose kubelet does not work, by the fault.</summary>
    private readonly ConcurrentDictionary<string, string> _down = new(StringComparer.Ordinal);

    /// <summary>Until when a kubelet that was paused judges its runtime by old reports.</summary>
    private readonly Dictionary<string, DateTimeOffset> _stale = new(StringComparer.Ordinal);

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Nodes];

    /// <summary>10 seconds, as in a kubelet; doubled with many nodes, which is still in time.</summary>
    private TimeSpan PeriodOf(StoredObject node) =>
        TimeSpan.FromSeconds(node.As<Node>().SimulationSeconds("lease-renewal") ?? (IsLarge ? 20 : 10));

    private bool IsLarge => Store.List(BuiltInKinds.Nodes).Objects.Count > ManyNodes;

    public override void Observe(Change change)
    {
        if (change.Type != ChangeType.Deleted)
            Enqueue(change.Object);
    }

    /// <summary>Distributed over the period, so that nodes do not report simultaneously.</summary>
    public override void Begin(StoredObject item) => ReportAfter(ObjectKey.Of(item), PeriodOf(item) * Context.Share(item.Name));

    /// <summary>The nodes of a large cluster report together once per second, so that the process wakes rarely.</summary>
    private void ReportAfter(ObjectKey key, TimeSpan delay)
    {
        DateTimeOffset at = Context.Now + delay;
        EnqueueAt(key, IsLarge ? new(at.Ticks - (at.Ticks % TimeSpan.TicksPerSecond), at.Offset) : at);
    }

    public override void ObserveFault(Fault fault)
    {
        if (!FaultRules.IsOfNodes(fault.Kind))
            return;
        foreach (StoredObject node in Store.List(BuiltInKinds.Nodes).Objects.Walk())
            if (fault.Covers(node.Name))
            {
                if (Context.Faults.OutageOf(node.Name) is { } outage)
                    _down.AddOrUpdate(node.Name, outage, (_, before) => outage == SandboxFaultKind.NodeDown ? outage : before);
                Enqueue(node);
            }
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { } stored)
        {
            _down.TryRemove(key.Name, out _);
            return;
        }

        Node node = stored.As<Node>();
        if (Context.Faults.OutageOf(key.Name) is not null)
            return;
        if (!node.IsAlive())
        {
            _down.TryAdd(key.Name, "");
            return;
        }

        if (_down.TryRemove(key.Name, out string? ended))
            Return(stored, ended);
        List<(string Type, string Status, string Reason, string Message)> wanted = Conditions(node, key.Name);
        // A kubelet uses its node's clock.
        DateTimeOffset now = Context.Now + Context.Faults.OffsetOf(key.Name);
        if (IsStatusDue(node, wanted, now))
            WriteStatus(stored, wanted, now);
        Renew(stored, now);
        ReportAfter(key, PeriodOf(stored));
    }

    /// <summary>A kubelet that works again after an outage.</summary>
    private void Return(StoredObject node, string outage)
    {
        if (outage == SandboxFaultKind.KubeletPaused)
        {
            if (node.As<Node>().StatusOf("Ready") != "True")
                _stale[node.Name] = Context.Now + StaleTime;
            return;
        }

        if (outage == SandboxFaultKind.NodeDown)
            NodeBoot.Record(Context, node);
        NodeBoot.RecordStart(Context, node);
    }

    private bool IsStale(string name)
    {
        if (!_stale.TryGetValue(name, out DateTimeOffset end))
            return false;
        if (end > Context.Now)
        {
            EnqueueAt(new(BuiltInKinds.Nodes, "", name), end);
            return true;
        }

        _stale.Remove(name);
        return false;
    }

    private List<(string Type, string Status, string Reason, string Message)> Conditions(Node node, string name)
    {
        string simulated = node.Simulation("conditions");
        List<(string Type, string Status, string Reason, string Message)> conditions = [];
        foreach ((string type, string reason, string message) in Pressures)
        {
            if (simulated.Contains(type, StringComparison.Ordinal))
                conditions.Add((type, "True", "KubeletHas" + type, "asked for by annotation"));
            else if (Context.Faults.IsHit(type, name))
                conditions.Add((type, "True", "KubeletHas" + type, Inverse(message)));
            else
                conditions.Add((type, "False", reason, message));
        }

        if (node.Simulation("ready") == "false")
            conditions.Add(("Ready", "False", "KubeletNotReady", "asked for by annotation"));
        else if (Context.Faults.IsHit(SandboxFaultKind.NodeFlapping, name))
            conditions.Add(
                ("Ready", "False", "KubeletNotReady", "PLEG is not healthy: pleg was last seen active 3m5s ago; threshold is 3m0s")
            );
        else if (IsStale(name))
            conditions.Add(("Ready", "False", "KubeletNotReady", StaleMessage));
        else
            conditions.Add(("Ready", "True", "KubeletReady", "kubelet is posting ready status"));
        return conditions;
    }

    private static string Inverse(string message) =>
        message.Replace("sufficient", "insufficient", StringComparison.Ordinal).Replace("no disk", "disk", StringComparison.Ordinal);

    private static bool IsStatusDue(Node node, List<(string Type, string Status, string Reason, string Message)> wanted, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(node.Status.NodeInfo?.KubeletVersion) || node.Status.Allocatable is null || HasRebooted(node))
            return true;
        foreach ((string type, string status, _, _) in wanted)
        {
            Condition? present = node.Status.Conditions.Find(type);
            if (
                present?.Status != status
                || present.LastHeartbeatTime is null
                || (now - present.LastHeartbeatTime.Value).Duration() >= StatusPeriod
            )
                return true;
        }
        return false;
    }

    private static bool HasRebooted(Node node) =>
        node.Simulation("boot-id") is { Length: > 0 } boot && boot != node.Status.NodeInfo?.BootID;

    private void WriteStatus(
        StoredObject stored,
        List<(string Type, string Status, string Reason, string Message)> wanted,
        DateTimeOffset moment
    )
    {
        string now = ResourceRegistry.Timestamp(moment);
        bool wasReady = stored.As<Node>().Status.Conditions.IsTrue("Ready"),
            isNew = string.IsNullOrEmpty(stored.As<Node>().Status.NodeInfo?.KubeletVersion);
        StoredObject written = Registry.UpdateStatus(
            stored,
            document =>
            {
                JsonObject status = document.Ensure("status");
                foreach ((string type, string value, string reason, string message) in wanted)
                {
                    status.SetCondition(type, value, now, reason, message);
                    status.Condition(type)!["lastHeartbeatTime"] = now;
                }
                NodeDefaults.Fill(status, stored.Name, Context.MinorVersion);
                HeldImages.Add(status, Store.ListBy(BuiltInKinds.Pods, "spec.nodeName", stored.Name));
                if (HasRebooted(stored.As<Node>()))
                    status["nodeInfo"]!["bootID"] = stored.As<Node>().Simulation("boot-id");
            }
        );
        if (isNew)
            NodeBoot.RecordStart(Context, written);
        if (wasReady && wanted[^1].Status == "False")
            Context.Events.Normal(written, "kubelet", "NodeNotReady", $"Node {stored.Name} status is now: NodeNotReady");
        if (!wasReady && wanted[^1].Status == "True")
            Context.Events.Normal(written, "kubelet", "NodeReady", $"Node {stored.Name} status is now: NodeReady");
    }

    private void Renew(StoredObject node, DateTimeOffset moment)
    {
        if (Store.Get(BuiltInKinds.Leases, HeartbeatLease.Namespace, node.Name) is not { } lease)
        {
            Registry.Create(
                BuiltInKinds.Leases,
                HeartbeatLease.Namespace,
                HeartbeatLease.Create(node.Name, PodTemplates.Reference(node, isController: false), moment)
            );
            return;
        }
        // Changes of the node trigger reconciliations too, which need no heartbeat.
        if (HeartbeatLease.RenewedAt(lease) is { } last && (moment - last).Duration() < PeriodOf(node) * 0.9)
            return;
        if (HeartbeatLease.Renew(lease, moment, Registry.Now) is { } renewed && Store.TryReplace(lease, renewed) is not null)
            return;
        Registry.Update(
            lease.Kind,
            HeartbeatLease.Namespace,
            node.Name,
            document => document.Ensure("spec")["renewTime"] = ResourceRegistry.MicroTimestamp(moment)
        );
    }
}
