using System.Collections.Concurrent;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Kubelet.Pods;

/// <summary>The pod lifecycle in all kubelets: start, readiness, restarts, graceful termination, mirror pods.</summary>
internal sealed partial class PodWorker(ControllerContext context) : Controller(context)
{
    private readonly PodSteps _steps = new();
    private readonly ConcurrentDictionary<ObjectKey, StoredObject> _endedMirrors = new();

    /// <summary>Pods whose machine was off since their last status.</summary>
    private readonly ConcurrentDictionary<string, bool> _rebooted = new();

    /// <summary>Pods whose kubelet starts next.</summary>
    private readonly ConcurrentDictionary<string, bool> _unadmitted = new(StringComparer.Ordinal);

    /// <summary>Nodes that are off, until they have reported their boot.</summary>
    private readonly ConcurrentDictionary<string, bool> _off = new(StringComparer.Ordinal);

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Pods, BuiltInKinds.Nodes];

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (item.Kind == BuiltInKinds.Nodes)
        {
            ObserveNode(change);
            return;
        }

        if (change.Type == ChangeType.Deleted)
        {
            Context.Runs.Remove(item.Uid);
            _rebooted.TryRemove(item.Uid, out _);
            _failedPulls.TryRemove(item.Uid, out _);
            _unadmitted.TryRemove(item.Uid, out _);
        }

        if (item.Field("spec.nodeName").Length == 0)
            return;
        if (change.Type == ChangeType.Deleted && item.As<Pod>().IsMirror())
            _endedMirrors[ObjectKey.Of(item)] = item;
        Enqueue(item);
    }

    private void ObserveNode(Change change)
    {
        StoredObject item = change.Object;
        if (change.Type == ChangeType.Deleted)
        {
            _off.TryRemove(item.Name, out _);
            return;
        }

        bool isBack = HasRebooted(change);
        IEnumerable<StoredObject> pods = Store.ListBy(BuiltInKinds.Pods, "spec.nodeName", item.Name);
        if (isBack)
        {
            foreach (StoredObject pod in pods.Where(static pod => pod.Field("status.phase") == "Running"))
                _rebooted[pod.Uid] = true;
            _off.TryRemove(item.Name, out _);
        }

        // A kubelet that stops or starts checks all its pods.
        if (isBack || change.Previous is null || change.Previous.As<Node>().IsAlive() != item.As<Node>().IsAlive())
            foreach (StoredObject pod in pods)
                Enqueue(pod);
    }

    public override void ObserveFault(Fault fault)
    {
        bool isOfNodes = FaultRules.IsOfNodes(fault.Kind);
        if (!isOfNodes && !FaultRules.IsOfPods(fault.Kind))
            return;
        if (fault.Kind == SandboxFaultKind.NodeDown)
            foreach (StoredObject node in Store.List(BuiltInKinds.Nodes).Objects.Walk())
                if (fault.Covers(node.Name) && Context.Faults.IsHit(fault.Kind, node.Name))
                    _off[node.Name] = true;
        foreach (StoredObject pod in Store.List(BuiltInKinds.Pods).Objects.Walk())
            if (pod.Field("spec.nodeName") is { Length: > 0 } node && (isOfNodes ? fault.Covers(node) : fault.Covers(pod, Store)))
                Enqueue(pod);
    }

    /// <summary>Only pods that start, terminate, complete or get ready need work.</summary>
    public override void Begin(StoredObject item)
    {
        if (
            item.Kind == BuiltInKinds.Pods
            && item.Field("spec.nodeName").Length > 0
            && (item.IsDeleting || item.Field("status.phase") == "Pending" || MayChange(item))
        )
            Enqueue(item);
    }

    // The duration of a pod that completes starts again in a cluster that was saved.
    private static bool MayChange(StoredObject pod) =>
        pod.Field("status.phase") == "Running"
        && (
            pod.Labels?.ContainsKey("job-name") == true
            || pod.Field("spec.restartPolicy") == "Never"
            || (pod.Pattern is null && !pod.As<Pod>().IsReady())
        );

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { } stored)
        {
            if (_endedMirrors.TryGetValue(key, out StoredObject? mirror))
                Restore(key, mirror);
            else
                _steps.Remove(key);
            return;
        }

        if (NodeOf(stored) is not { } node)
        {
            // A kubelet that starts knows nothing of the steps of the former one, and admits its pods again.
            _steps.Remove(key);
            if (Context.Faults.OutageOf(stored.Field("spec.nodeName")) is SandboxFaultKind.KubeletDown or SandboxFaultKind.NodeDown)
                _unadmitted[stored.Uid] = true;
            return;
        }

        Pod pod = stored.As<Pod>();
        string phase = stored.Field("status.phase");
        if (_unadmitted.TryRemove(stored.Uid, out _) && phase == "Running" && !stored.IsDeleting && Reject(stored, pod))
            return;
        if (_rebooted.TryRemove(stored.Uid, out _) && phase == "Running")
        {
            _steps.Remove(key);
            Recover(stored, pod, node);
            return;
        }

        if (stored.IsDeleting)
            Terminate(key, stored, pod);
        else if (phase == "Pending")
            Start(key, stored, pod, node);
        else if (phase == "Running")
            Supervise(key, stored, pod, node);
    }

    /// <summary>The pod's node if its kubelet runs.</summary>
    private Node? NodeOf(StoredObject pod)
    {
        string name = pod.Field("spec.nodeName");
        return
            Store.Get(BuiltInKinds.Nodes, "", name)?.As<Node>() is { } node
            && node.IsAlive()
            && !_off.ContainsKey(name)
            && Context.Faults.OutageOf(name) is null
            ? node
            : null;
    }

    private static bool HasRebooted(Change change) =>
        change.Previous?.As<Node>().Status.NodeInfo?.BootID is { Length: > 0 } before
        && change.Object.As<Node>().Status.NodeInfo?.BootID is { Length: > 0 } now
        && before != now;

    /// <summary>Writes what follows from the phase.</summary>
    private void Report(StoredObject stored, PodReport report, bool isBackedOff = false, string? reason = null) =>
        UpdateStatus(
            stored,
            document =>
            {
                PodStatusWriter.Write(document, report);
                if (reason is not null)
                {
                    document["status"]!["reason"] = reason;
                    document["status"]!["message"] = "Pod was active on the node longer than the specified deadline";
                }

                if (report.Phase == "Running" && Context.Runs.Find(stored.Uid) is { } run)
                    PodRunStatus.Apply(document, run, isBackedOff, report.Now);
            }
        );

    private PodReport ReportOf(Pod pod, Node node, string phase, bool isReady = false, int? exitCode = null, bool hasNetwork = true) =>
        new()
        {
            Phase = phase,
            IsReady = isReady,
            Now = Registry.Now,
            HostAddress = PodAddresses.HostOf(node),
            PodAddress =
                !hasNetwork ? ""
                : pod.Status.PodIP is { Length: > 0 } known ? known
                : PodAddresses.Next(Store, node, pod),
            ExitCode = exitCode,
            Minor = Context.MinorVersion,
        };

    private void UpdateStatus(StoredObject stored, Action<JsonObject> edit) =>
        Registry.UpdateStatus(
            stored,
            document =>
            {
                // A newer pod has this name and its own turn.
                if (document.Object("metadata").Text("uid") == stored.Uid)
                    edit(document);
            }
        );

    private double Slowness(StoredObject pod) => Context.Faults.DelayOf(pod.Field("spec.nodeName")).TotalSeconds;

    /// <summary>True once the step's delay has passed; the first call starts it.</summary>
    private bool IsDue(ObjectKey key, string uid, string step, Func<double> seconds)
    {
        DateTimeOffset at = _steps.GetOrAdd(key, uid, step, () => Context.Now.AddSeconds(seconds()));
        if (at <= Context.Now)
        {
            _steps.Remove(key, step);
            return true;
        }

        EnqueueAt(key, at);
        return false;
    }

    /// <summary>As <see cref="IsDue"/>, but true only once.</summary>
    private bool IsDueOnce(ObjectKey key, string uid, string step, Func<double> seconds)
    {
        DateTimeOffset at = _steps.GetOrAdd(key, uid, step, () => Context.Now.AddSeconds(seconds()));
        if (at == DateTimeOffset.MaxValue)
            return false;
        if (at <= Context.Now)
        {
            _steps.Complete(key, step);
            return true;
        }

        EnqueueAt(key, at);
        return false;
    }

    private void Restore(ObjectKey key, StoredObject mirror)
    {
        if (NodeOf(mirror) is null)
        {
            _endedMirrors.TryRemove(key, out _);
            return;
        }
        if (!IsDue(key, mirror.Uid, "restore", () => 0.5))
            return;
        _endedMirrors.TryRemove(key, out _);
        JsonObject document = mirror.ToJson();
        document.Remove("status");
        document["metadata"]!.AsObject().Remove("resourceVersion");
        Registry.Create(key.Kind, key.Namespace, document);
    }
}
