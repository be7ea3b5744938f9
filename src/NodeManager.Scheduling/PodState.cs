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

    private PodState(PodState original, string nodeName)
    {
        Pod = original.Pod;
        NodeName = nodeName;
        Requests = original.Requests;
        AssumedRequests = original.AssumedRequests;
        OwnerUid = original.OwnerUid;
    }

    public Pod Pod { get; }

    public string NodeName { get; }

    public IReadOnlyDictionary<string, decimal> Requests { get; }

    /// <summary>The same with <see cref="PodRequests.Assumed"/> for containers that do not say.</summary>
    internal IReadOnlyDictionary<string, decimal> AssumedRequests { get; }

    internal string? OwnerUid { get; }

    /// <summary>The same pod on another node.</summary>
    internal PodState On(string nodeName) => new(this, nodeName);

    internal bool HasPodAffinity => Pod.Spec.Affinity is { PodAffinity: not null } or { PodAntiAffinity: not null };

    internal bool HasRequiredAntiAffinity =>
        Pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is { Count: > 0 };
}
