using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Controllers.DaemonSets;

/// <param name="IsCurrent">It has the current template.</param>
/// <param name="IsAvailable">Ready for minReadySeconds.</param>
internal sealed record DaemonPod(StoredObject Stored, bool IsCurrent, bool IsReady, bool IsAvailable)
{
    public string Phase => Stored.Field("status.phase");

    public bool IsRunning => !Stored.IsDeleting && Phase is not ("Failed" or "Succeeded");

    public static DaemonPod Of(StoredObject stored, string hashLabel, string hash, int minReadySeconds, DateTimeOffset now)
    {
        Pod pod = stored.As<Pod>();
        return new(stored, stored.Labels?.GetValueOrDefault(hashLabel) == hash, pod.IsReady(), pod.IsAvailable(minReadySeconds, now));
    }
}
