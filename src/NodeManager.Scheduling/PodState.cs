using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling;

/// <summary>A pod where it runs, or where a plan assumes it to run.</summary>
public sealed class PodState
{
    internal PodState(Pod pod, string nodeName)
    {
        Pod = pod;
        NodeName = nodeName;
        Requests = PodRequests.Of(pod);
        AssumedRequests = pod.IsFinished() ? Requests : PodRequests.Of(pod.Spec, pod.Status, PodRequests.Assumed);
        OwnerUid = pod.Controller()?.Uid;
    }

    public Pod Pod { get; }

    public string NodeName { get; }

    public IReadOnlyDictionary<string, decimal> Requests { get; }

    /// <summary>The same with <see cref="PodRequests.Assumed"/> for containers that do not say.</summary>
    internal IReadOnlyDictionary<string, decimal> AssumedRequests { get; }

    internal string? OwnerUid { get; }

    internal bool HasPodAffinity => Pod.Spec.Affinity is { PodAffinity: not null } or { PodAntiAffinity: not null };

    internal bool HasRequiredAntiAffinity =>
        Pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is { Count: > 0 };
}
