using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Kubelet.Pods;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Kubelet;

/// <summary>
/// Node-pressure eviction: every ten seconds evicts the lowest-priority pod that exceeds its requests: without a request under memory
/// pressure, with local data under disk pressure. Ignores PDBs. Source:
/// https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/
/// </summary>
internal sealed class PressureEviction(ControllerContext context) : Controller(context)
{
    private const int Critical = 2_000_000_000;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Nodes];

    public override void Observe(Change change) { }

    public override void Begin(StoredObject item) { }

    public override void ObserveFault(Fault fault)
    {
        if (!FaultRules.IsPressure(fault.Kind))
            return;
        foreach (StoredObject node in Store.List(BuiltInKinds.Nodes).Objects.Walk())
            if (fault.Covers(node.Name))
                EnqueueAfter(ObjectKey.Of(node), Period);
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key)?.As<Node>().IsAlive() != true || Context.Faults.OutageOf(key.Name) is not null)
            return;
        bool isMemory = Context.Faults.IsHit(SandboxFaultKind.MemoryPressure, key.Name);
        if (!isMemory && !Context.Faults.IsHit(SandboxFaultKind.DiskPressure, key.Name))
            return;
        StoredObject? next = Store
            .ListBy(BuiltInKinds.Pods, "spec.nodeName", key.Name)
            .Where(pod => pod.IsActive() && IsCandidate(pod.As<Pod>(), isMemory))
            .OrderBy(pod => pod.As<Pod>().Spec.Priority ?? 0)
            .ThenBy(pod => pod.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        if (next is not null)
            Evict(next, isMemory ? "memory" : "ephemeral-storage");
        EnqueueAfter(key, Period);
    }

    private static bool IsCandidate(Pod pod, bool isMemory)
    {
        if (pod.Spec.Priority >= Critical || pod.IsMirror())
            return false;
        return isMemory
            ? pod.Spec.Containers.Exists(container => container.Resources?.Requests?.GetValueOrDefault("memory").Value is null or 0)
            : pod.Spec.Volumes?.Exists(volume => volume.EmptyDir is not null) == true;
    }

    private void Evict(StoredObject pod, string resource)
    {
        string message = $"The node was low on resource: {resource}. ";
        Registry.UpdateStatus(
            pod,
            document =>
            {
                JsonObject status = document.Ensure("status");
                status["phase"] = "Failed";
                status["reason"] = "Evicted";
                status["message"] = message;
                PodStatusWriter.EndContainers(status, PodTermination.Killed, Registry.Now);
                status.SetPodCondition("Ready", "False", Registry.Now, "PodFailed");
                status.SetPodCondition("ContainersReady", "False", Registry.Now, "PodFailed");
                if (Context.MinorVersion >= 26)
                    status.SetPodCondition("DisruptionTarget", "True", Registry.Now, "TerminationByKubelet", message);
            }
        );
        Context.Events.Warning(pod, "kubelet", "Evicted", message);
    }
}
