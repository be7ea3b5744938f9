using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Controllers.DaemonSets;

/// <summary>A pod of a DaemonSet, as far as its rollout goes by it.</summary>
/// <param name="Stored">The pod.</param>
/// <param name="IsCurrent">It has the template that the set has now.</param>
/// <param name="IsReady">Now.</param>
/// <param name="IsAvailable">Ready for as long as the set asks.</param>
internal sealed record DaemonPod(StoredObject Stored, bool IsCurrent, bool IsReady, bool IsAvailable)
{
    public string Phase => Stored.Field("status.phase");

    public bool IsRunning => !Stored.IsDeleting && Phase is not ("Failed" or "Succeeded");

    /// <summary>Of a set whose pods have a label for their template.</summary>
    public static DaemonPod Of(StoredObject stored, string hashLabel, string hash, int minReadySeconds, DateTimeOffset now)
    {
        Pod pod = stored.As<Pod>();
        return new(stored, stored.Labels?.GetValueOrDefault(hashLabel) == hash, pod.IsReady(), pod.IsAvailable(minReadySeconds, now));
    }
}
