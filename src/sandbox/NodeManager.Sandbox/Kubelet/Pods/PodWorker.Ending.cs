using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Kubelet.Pods;

/// <summary>Termination, and what a power cycle leaves behind.</summary>
internal sealed partial class PodWorker
{
    /// <summary>Between the terminal status and the end of the object: volumes are unmounted.</summary>
    private const double CleanupSeconds = 1;

    /// <summary>Pods of this priority and more are never evicted for pressure.</summary>
    private const int CriticalPriority = 2_000_000_000;

    /// <summary>The cleanup of a pod that completed before.</summary>
    private const double CompletedCleanupSeconds = 0.1;

    private void Terminate(ObjectKey key, StoredObject stored, Pod pod)
    {
        // Without grace period left, it is deleted except for finalizers.
        if (pod.Metadata.DeletionGracePeriodSeconds is null or 0 || PodTermination.IsStuck(pod))
            return;
        if (Context.Faults.IsHit(SandboxFaultKind.PodNeverEnds, stored, Store))
            return;
        if (!pod.IsFinished() && !_steps.Has(key, stored.Uid, "cleanup"))
        {
            JsonObject document = stored.ToJson();
            bool isRunning = !PodStatusWriter.HasEnded(document);
            if (isRunning && !_steps.Has(key, stored.Uid, "end"))
                foreach (Container container in pod.Spec.Containers)
                    PodEvents.Killing(Context, stored, container);
            PodTermination end = isRunning
                ? PodTermination.Of(pod, document, 0.1 + (0.4 * Context.Share(stored.Uid)))
                : new(0, PodTermination.Killed);
            if (!IsDue(key, stored.Uid, "end", () => end.Seconds + Slowness(stored)))
                return;
            if (end.CutsHook)
                PodEvents.HookFailed(Context, stored);
            // The status of a static pod ends with its mirror.
            if (!pod.IsMirror())
                UpdateStatus(stored, item => PodStatusWriter.End(item, end.ExitCode, Registry.Now, Context.MinorVersion));
            _steps.GetOrAdd(key, stored.Uid, "cleanup", () => Context.Now.AddSeconds(pod.IsMirror() ? 0 : CleanupSeconds));
        }

        if (IsDue(key, stored.Uid, "cleanup", static () => CompletedCleanupSeconds))
            Registry.Delete(stored.Kind, stored.Namespace, stored.Name, new() { GracePeriod = 0, Uid = stored.Uid });
    }

    /// <summary>A kubelet that starts under pressure rejects running pods. Source: k8s.io/kubernetes/pkg/kubelet/eviction (Admit).</summary>
    private bool Reject(StoredObject stored, Pod pod)
    {
        if (pod.Spec.Priority >= CriticalPriority || pod.IsMirror())
            return false;
        string node = stored.Field("spec.nodeName");
        string? pressure =
            Context.Faults.IsHit(SandboxFaultKind.DiskPressure, node) ? SandboxFaultKind.DiskPressure
            : pod.Status.QosClass == "BestEffort" && Context.Faults.IsHit(SandboxFaultKind.MemoryPressure, node)
                ? SandboxFaultKind.MemoryPressure
            : null;
        if (pressure is null)
            return false;
        string message = $"Pod was rejected: The node had condition: [{pressure}]. ";
        UpdateStatus(
            stored,
            document =>
            {
                PodStatusWriter.End(document, PodTermination.Killed, Registry.Now, Context.MinorVersion);
                document["status"]!["phase"] = "Failed";
                document["status"]!["reason"] = "Evicted";
                document["status"]!["message"] = message;
            }
        );
        Context.Events.Warning(stored, "kubelet", "Evicted", message);
        return true;
    }

    /// <summary>After a power cycle, containers are restarted by the restart policy. Terminating pods are not started again.</summary>
    private void Recover(StoredObject stored, Pod pod, Node node)
    {
        if (stored.IsDeleting)
        {
            ObjectKey key = ObjectKey.Of(stored);
            UpdateStatus(stored, document => PodStatusWriter.Lose(document, Registry.Now, Context.MinorVersion));
            _steps.GetOrAdd(key, stored.Uid, "cleanup", () => Context.Now.AddSeconds(CleanupSeconds));
            Enqueue(key);
            return;
        }

        Context.Events.Normal(stored, "kubelet", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
        bool comesBack = pod.Spec.RestartPolicy != "Never";
        if (comesBack)
            Context.Runs.Start(stored, Registry.Now, SimulatedCrash.Of(pod));
        UpdateStatus(stored, document => PodStatusWriter.Restart(document, Registry.Now));
        if (Get(ObjectKey.Of(stored)) is not { } restarted || restarted.Uid != stored.Uid)
            return;
        Pod now = restarted.As<Pod>();
        bool isReady = comesBack && WantsReady(ObjectKey.Of(stored), restarted, now);
        Report(restarted, ReportOf(now, node, comesBack ? "Running" : "Failed", isReady));
    }
}
