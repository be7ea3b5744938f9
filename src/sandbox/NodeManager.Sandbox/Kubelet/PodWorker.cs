using System.Collections.Concurrent;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Api.Pods;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Kubelet;

/// <summary>The pod lifecycle in all kubelets: start after a delay, status, graceful termination, mirror pods.</summary>
internal sealed class PodWorker(ControllerContext context) : Controller(context)
{
    /// <summary>The exit code after SIGTERM.</summary>
    private const int Stopped = 143;

    /// <summary>The exit code after SIGKILL.</summary>
    private const int Killed = 137;

    /// <summary>The pending step of each pod and its time.</summary>
    private readonly Dictionary<ObjectKey, (string Uid, string Step, DateTimeOffset At)> _due = [];
    private readonly ConcurrentDictionary<ObjectKey, StoredObject> _endedMirrors = new();

    /// <summary>Pods whose node was powered off since their last status.</summary>
    private readonly ConcurrentDictionary<string, bool> _rebooted = new();

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Pods, BuiltInKinds.Nodes];

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (change.Type == ChangeType.Deleted)
        {
            Context.Runs.Remove(item.Uid);
            _rebooted.TryRemove(item.Uid, out _);
        }

        if (item.Kind == BuiltInKinds.Nodes)
        {
            if (change.Type == ChangeType.Deleted || !item.As<Node>().IsAlive())
                return;
            if (HasRebooted(change))
            {
                foreach (
                    StoredObject pod in Store
                        .ListBy(BuiltInKinds.Pods, "spec.nodeName", item.Name)
                        .Where(static pod => pod.Field("status.phase") == "Running")
                )
                {
                    _rebooted[pod.Uid] = true;
                    Enqueue(pod);
                }
            }
            // A revived kubelet checks all its pods.
            if (change.Previous is null || !change.Previous.As<Node>().IsAlive())
                foreach (StoredObject pod in Store.ListBy(BuiltInKinds.Pods, "spec.nodeName", item.Name))
                    Enqueue(pod);
            return;
        }
        if (item.Field("spec.nodeName").Length == 0)
            return;
        if (change.Type == ChangeType.Deleted && item.As<Pod>().IsMirror())
            _endedMirrors[ObjectKey.Of(item)] = item;
        Enqueue(item);
    }

    public override void ObserveFault(Fault fault)
    {
        bool isOfNodes = FaultRules.IsOfNodes(fault.Kind);
        if (!isOfNodes && !FaultRules.IsOfPods(fault.Kind))
            return;
        foreach (StoredObject pod in Store.List(BuiltInKinds.Pods).Objects.Walk())
            if (pod.Field("spec.nodeName") is { Length: > 0 } node && (isOfNodes ? fault.Covers(node) : fault.Covers(pod, Store)))
                Enqueue(pod);
    }

    /// <summary>Only pods that start, terminate or complete need work.</summary>
    public override void Begin(StoredObject item)
    {
        if (
            item.Kind == BuiltInKinds.Pods
            && item.Field("spec.nodeName").Length > 0
            && (item.IsDeleting || item.Field("status.phase") == "Pending" || IsRunningJob(item) || MayEnd(item))
        )
            Enqueue(item);
    }

    private static bool IsRunningJob(StoredObject pod) =>
        pod.Field("status.phase") == "Running" && pod.Labels?.ContainsKey("job-name") == true;

    // The duration of a command on a node starts again in a cluster that was saved.
    private static bool MayEnd(StoredObject pod) => pod.Field("status.phase") == "Running" && pod.Field("spec.restartPolicy") == "Never";

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { } stored)
        {
            if (_endedMirrors.TryGetValue(key, out StoredObject? mirror))
                Restore(key, mirror);
            else
                _due.Remove(key);
            return;
        }
        if (NodeOf(stored) is not { } node)
            return;
        Pod pod = stored.As<Pod>();
        if (_rebooted.TryRemove(stored.Uid, out _) && stored.Field("status.phase") == "Running")
        {
            Restart(stored, pod, node);
            return;
        }

        if (stored.IsDeleting)
            Terminate(key, stored, pod);
        else if (stored.Field("status.phase") == "Pending")
        {
            if (
                !IsDue(
                    key,
                    stored.Uid,
                    "start",
                    () => 0.1 + (0.3 * Context.Share(stored.Uid)) + (pod.SimulationSeconds("start-delay") ?? 0) + Slowness(stored)
                )
            )
                return;
            Context.Runs.Start(stored, Registry.Now, SimulatedCommand.Of(stored, node));
            Report(stored, pod, node, pod.AsksFor("fail") ? "Failed" : "Running");
            Context.Events.Normal(stored, "kubelet", "Started", $"Started container {pod.Spec.Containers.FirstOrDefault()?.Name}");
        }
        else if (stored.Field("status.phase") == "Running")
            Supervise(key, stored, pod, node);
    }

    /// <summary>The pod's node if its kubelet is alive.</summary>
    private Node? NodeOf(StoredObject pod)
    {
        string name = pod.Field("spec.nodeName");
        return
            Store.Get(BuiltInKinds.Nodes, "", name)?.As<Node>() is { } node
            && node.IsAlive()
            && !Context.Faults.IsHit(SandboxFaultKind.NodeDown, name)
            ? node
            : null;
    }

    private void Supervise(ObjectKey key, StoredObject stored, Pod pod, Node node)
    {
        if (pod.AsksFor("fail"))
        {
            Report(stored, pod, node, "Failed");
            return;
        }
        if (pod.IsReady() != WantsReady(stored, pod))
            Report(stored, pod, node, "Running");
        if (Context.Runs.Find(stored.Uid) is { IsCrashing: true } run && IsDue(key, stored.Uid, "restart", () => run.BackOffSeconds))
        {
            Context.Events.Warning(
                stored,
                "kubelet",
                "BackOff",
                $"Back-off restarting failed container {pod.Spec.Containers.FirstOrDefault()?.Name}"
            );
            Context.Runs.Start(stored, Registry.Now);
            Report(stored, pod, node, "Running");
            return;
        }

        if (pod.Spec.RestartPolicy is not (null or "Always"))
            Finish(key, stored, pod, node);
    }

    /// <summary>Ends a pod that is not restarted: by itself, or at its deadline.</summary>
    private void Finish(ObjectKey key, StoredObject stored, Pod pod, Node node)
    {
        PodRun? run = Context.Runs.Find(stored.Uid);
        if (run is null && SimulatedCommand.Of(stored, node) is { } command)
            run = Context.Runs.Start(stored, Registry.Now, command);
        SimulatedEnd? end = run?.Last.End;
        bool isJob = pod.Controller() is { Kind: "Job" };
        double? seconds = pod.SimulationSeconds("complete-after") ?? end?.After.TotalSeconds ?? (isJob ? 1 : null);
        if (stored.ToJson().Object("spec").Number("activeDeadlineSeconds") is { } deadline && !(seconds < deadline))
        {
            if (IsDue(key, stored.Uid, "deadline", () => deadline))
                Report(stored, pod, node, "Failed", Killed, "DeadlineExceeded");
        }
        else if (seconds is { } after && IsDue(key, stored.Uid, "finish", () => after))
        {
            Report(stored, pod, node, end is { ExitCode: not 0 } ? "Failed" : "Succeeded", end?.ExitCode);
            if (end?.Reboots == true && Store.Get(BuiltInKinds.Nodes, "", node.Metadata.Name) is { } machine)
                NodeBoot.Record(Context, machine);
        }
    }

    private bool WantsReady(StoredObject stored, Pod pod)
    {
        if (Context.Runs.Find(stored.Uid) is { IsCrashing: true })
            return false;
        if (pod.AsksFor("not-ready") || pod.AsksFor("crash") || Context.Faults.IsHit(SandboxFaultKind.PodUnready, stored, Store))
            return false;
        return pod.IsReady() || !Context.Faults.IsHit(SandboxFaultKind.PodNeverReady, stored, Store);
    }

    private static bool HasRebooted(Change change) =>
        change.Previous?.As<Node>().Status.NodeInfo?.BootID is { Length: > 0 } before
        && change.Object.As<Node>().Status.NodeInfo?.BootID is { Length: > 0 } now
        && before != now;

    /// <summary>After a power cycle, containers are restarted by the restart policy.</summary>
    private void Restart(StoredObject stored, Pod pod, Node node)
    {
        Context.Events.Normal(stored, "kubelet", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
        bool comesBack = pod.Spec.RestartPolicy != "Never";
        if (comesBack)
            Context.Runs.Start(stored, Registry.Now);
        Registry.UpdateStatus(
            stored,
            document =>
            {
                if (document.Object("metadata").Text("uid") == stored.Uid)
                    PodStatusWriter.Restart(document, Registry.Now);
            }
        );
        if (Get(ObjectKey.Of(stored)) is { } restarted && restarted.Uid == stored.Uid)
            Report(restarted, pod, node, comesBack ? "Running" : "Failed");
    }

    private void Report(StoredObject stored, Pod pod, Node node, string phase, int? exitCode = null, string? reason = null)
    {
        bool isReady = phase == "Running" && WantsReady(stored, pod);
        string address = pod.Status.PodIP is { Length: > 0 } known ? known : PodAddresses.Next(Store, node, pod);
        Registry.UpdateStatus(
            stored,
            document =>
            {
                // A newer pod has this name and its own turn.
                if (document.Object("metadata").Text("uid") != stored.Uid)
                    return;
                PodStatusWriter.Write(
                    document,
                    phase,
                    isReady,
                    pod.AsksFor("crash"),
                    Registry.Now,
                    PodAddresses.HostOf(node),
                    address,
                    exitCode
                );
                if (reason is not null)
                {
                    document["status"]!["reason"] = reason;
                    document["status"]!["message"] = "Pod was active on the node longer than the specified deadline";
                }

                if (phase == "Running" && Context.Runs.Find(stored.Uid) is { } run)
                    PodRunStatus.Apply(document, run);
            }
        );
    }

    private void Terminate(ObjectKey key, StoredObject stored, Pod pod)
    {
        // Without grace period left, it is deleted except for finalizers.
        if (pod.Metadata.DeletionGracePeriodSeconds is null or 0 || pod.Simulation("slow-terminate") is "never" or "stuck" or "true")
            return;
        if (Context.Faults.IsHit(SandboxFaultKind.PodNeverEnds, stored, Store))
            return;
        double grace = pod.Metadata.DeletionGracePeriodSeconds.Value;
        bool isNew = !_due.TryGetValue(key, out (string Uid, string Step, DateTimeOffset At) known) || known.Step != "end";
        if (isNew && !pod.IsFinished())
            Context.Events.Normal(stored, "kubelet", "Killing", $"Stopping container {pod.Spec.Containers.FirstOrDefault()?.Name}");
        if (
            !IsDue(
                key,
                stored.Uid,
                "end",
                () =>
                    pod.IsFinished()
                        ? 0
                        : pod.SimulationSeconds("slow-terminate")
                            ?? Math.Min(grace, 0.2 + (0.8 * Context.Share(stored.Uid))) + Slowness(stored)
            )
        )
            return;
        if (pod.Metadata.Finalizers is { Count: > 0 } && !pod.IsFinished())
            ReportEnd(stored);
        Registry.Delete(stored.Kind, stored.Namespace, stored.Name, new() { GracePeriod = 0, Uid = stored.Uid });
    }

    /// <summary>Reports the terminated containers to clients.</summary>
    private void ReportEnd(StoredObject stored) =>
        Registry.UpdateStatus(
            stored,
            document =>
            {
                if (document.Object("metadata").Text("uid") != stored.Uid)
                    return;
                JsonObject status = document.Ensure("status");
                status["phase"] = "Failed";
                PodStatusWriter.End(status, Stopped, Registry.Now);
                status.SetPodCondition("Ready", "False", Registry.Now, "PodFailed");
                status.SetPodCondition("ContainersReady", "False", Registry.Now, "PodFailed");
            }
        );

    private double Slowness(StoredObject pod) => Context.Faults.DelayOf(pod.Field("spec.nodeName")).TotalSeconds;

    /// <summary>True once the step's delay has passed; the first call starts it.</summary>
    private bool IsDue(ObjectKey key, string uid, string step, Func<double> seconds)
    {
        if (!_due.TryGetValue(key, out (string Uid, string Step, DateTimeOffset At) known) || known.Uid != uid || known.Step != step)
            _due[key] = known = (uid, step, Context.Now.AddSeconds(seconds()));
        if (known.At <= Context.Now)
        {
            _due.Remove(key);
            return true;
        }
        EnqueueAt(key, known.At);
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
