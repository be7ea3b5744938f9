using System.Globalization;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Workloads;

namespace NodeManager.Sandbox.Controllers.Deployments;

/// <summary>
/// Recognizes a completed rollout from the models of a Deployment and its only ReplicaSet. Pure. At the start of a large cluster this
/// saves reading thousands of documents.
/// </summary>
internal static class SettledRollout
{
    /// <returns>False if reconciling might write.</returns>
    public static bool IsSettled(Deployment deployment, ReplicaSet set)
    {
        int replicas = deployment.Spec.Replicas ?? 1;
        WorkloadStatus status = deployment.Status;
        return deployment.Spec.Paused != true
            && (set.Spec.Replicas ?? 0) == replicas
            && status.ObservedGeneration == deployment.Metadata.Generation
            && status.UpdatedReplicas == replicas
            && HasAll(status, replicas)
            && HasAll(set.Status, replicas)
            && (deployment.Spec.MinReadySeconds ?? 0) == (set.Spec.MinReadySeconds ?? 0)
            && HasAnnotations(deployment, set, replicas)
            && HasConditions(status, set.Metadata.Name);
    }

    private static bool HasAll(WorkloadStatus status, int replicas) =>
        status.Replicas == replicas
        && status.ReadyReplicas == replicas
        && status.AvailableReplicas == replicas
        && status.TerminatingReplicas == 0;

    private static bool HasAnnotations(Deployment deployment, ReplicaSet set, int replicas)
    {
        if (deployment.Metadata.Annotations is not { } own || set.Metadata.Annotations is not { } copied)
            return false;
        int maximum = RollingUpdate.MostOf(replicas, deployment.Spec.Strategy);
        return copied.GetValueOrDefault(RevisionAnnotations.DesiredReplicas) == replicas.ToString(CultureInfo.InvariantCulture)
            && copied.GetValueOrDefault(RevisionAnnotations.MaxReplicas) == maximum.ToString(CultureInfo.InvariantCulture)
            && own.GetValueOrDefault(RevisionAnnotations.Revision) is { } revision
            && copied.GetValueOrDefault(RevisionAnnotations.Revision) == revision
            && own.All(pair => !RevisionAnnotations.IsCopied(pair.Key) || copied.GetValueOrDefault(pair.Key) == pair.Value);
    }

    private static bool HasConditions(WorkloadStatus status, string set) =>
        status.Conditions.Find("Available") is { Status: "True", Reason: "MinimumReplicasAvailable" }
        && status.Conditions.Find("Progressing") is { } progress
        && (progress.Status, progress.Reason, progress.Message) == DeploymentProgress.Complete(set);
}
