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
        OwnerUid = pod.Controller()?.Uid;
    }

    public Pod Pod { get; }

    public string NodeName { get; }

    public IReadOnlyDictionary<string, decimal> Requests { get; }

    internal string? OwnerUid { get; }

    internal bool HasRequiredAntiAffinity =>
        Pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is { Count: > 0 };
}
