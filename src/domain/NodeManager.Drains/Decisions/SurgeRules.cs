using NodeManager.Scheduling;

namespace NodeManager.Drains.Decisions;

/// <summary>
/// Whether a Deployment may be restarted so that a pod's replacement is ready before the pod terminates. A Deployment's own deletions
/// ignore budgets. So this is allowed only if the Deployment never has fewer pods available than desired, and if the replacement can run
/// beside the pod.
/// </summary>
internal static class SurgeRules
{
    private static readonly IntOrString Default = new("25%");

    /// <summary>The reason for a refusal; null if allowed.</summary>
    /// <param name="pod">A pod that a PDB permanently blocks.</param>
    /// <param name="deployment">Its current Deployment; null if it has none.</param>
    /// <param name="isExclusive">True for claims (by name, in the pod's namespace) that pods on two nodes cannot use concurrently.</param>
    public static string? Refusal(Pod pod, Deployment? deployment, Func<string, bool> isExclusive)
    {
        if (deployment is null)
            return $"no Deployment manages it{(pod.Controller() is { } owner ? $", but {owner.Kind} '{owner.Name}'" : "")}";
        string name = $"Deployment '{deployment.Metadata.Name}'";
        if (deployment.Metadata.DeletionTimestamp is not null)
            return $"{name} is being deleted";
        if (deployment.Metadata.OwnerReferences?.Find(o => o.Controller == true) is { } lord)
            return $"{name} is managed by {lord.Kind} '{lord.Name}', which might revert the restart";
        return Strategy(deployment, name) ?? UnderWay(deployment, name) ?? Company(pod, isExclusive);
    }

    private static string? Strategy(Deployment deployment, string name)
    {
        if (deployment.Spec.Paused == true)
            return $"{name} is paused";
        if (deployment.Spec.Strategy is { Type: { Length: > 0 } type } && type != "RollingUpdate")
            return $"{name} has the strategy {type}";
        int replicas = deployment.Spec.Replicas ?? 1;
        RollingUpdateDeployment? rolling = deployment.Spec.Strategy?.RollingUpdate;
        if ((rolling?.MaxSurge ?? Default).Resolve(replicas, roundUp: true) < 1)
            return $"{name} has no maxSurge and would delete the old pod first";
        return (rolling?.MaxUnavailable ?? Default).Resolve(replicas, roundUp: false) > 0
            ? $"{name} allows unavailable pods during a rollout (maxUnavailable {(rolling?.MaxUnavailable ?? Default).Text} of {replicas}), which might violate the PDB"
            : null;
    }

    private static string? UnderWay(Deployment deployment, string name)
    {
        WorkloadStatus status = deployment.Status;
        int replicas = deployment.Spec.Replicas ?? 1;
        bool isSettled =
            (status.ObservedGeneration ?? 0) >= (deployment.Metadata.Generation ?? 0)
            && status.Replicas == replicas
            && status.UpdatedReplicas == replicas
            && status.AvailableReplicas == replicas;
        return isSettled ? null : $"a rollout of {name} is in progress, or not all of its pods are available";
    }

    private static string? Company(Pod pod, Func<string, bool> isExclusive)
    {
        if (pod.Spec.HostNetwork == true || pod.Spec.Containers.Exists(c => c.Ports?.Exists(p => p.HostPort > 0) == true))
            return "it uses host ports, which a second pod might not find free";
        string? claim = pod.Spec.Volumes?.Select(v => v.PersistentVolumeClaim?.ClaimName).OfType<string>().FirstOrDefault(isExclusive);
        return claim is null ? null : $"its volume '{claim}' cannot be used on two nodes concurrently";
    }
}
