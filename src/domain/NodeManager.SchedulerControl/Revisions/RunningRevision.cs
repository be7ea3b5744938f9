using System.Globalization;
using System.Net;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Scheduling;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>The revision that a scheduler's pods were started with, from their template.</summary>
internal static class RunningRevision
{
    /// <summary>Null without a Deployment, without permission to read it, or if these commands never restarted it.</summary>
    public static async Task<long?> OfAsync(
        ClusterConnection connection,
        ClusterScheduler scheduler,
        CancellationToken cancellationToken
    ) => await FindAsync(connection, scheduler, cancellationToken) is { } deployment ? Of(deployment.Spec.Template.Metadata) : null;

    /// <summary>Of the template and of the pods, which may run with an earlier one. Empty where <see cref="OfAsync"/> is null.</summary>
    public static async Task<IReadOnlyList<long>> AllAsync(
        ClusterConnection connection,
        ClusterScheduler scheduler,
        CancellationToken cancellationToken
    )
    {
        if (await FindAsync(connection, scheduler, cancellationToken) is not { } deployment)
            return [];
        long?[] all = [Of(deployment.Spec.Template.Metadata), await OfPodsAsync(connection, deployment, cancellationToken)];
        return [.. all.OfType<long>()];
    }

    private static async Task<DeploymentManifest?> FindAsync(
        ClusterConnection connection,
        ClusterScheduler scheduler,
        CancellationToken cancellationToken
    )
    {
        if (scheduler.Deployment.Length == 0)
            return null;
        try
        {
            return await connection.Client.GetAsync(DeploymentManifest.Type, scheduler.Deployment, scheduler.Namespace, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Of the newest ready pod: after a failed restart, the template has the revision that did not start. Of the template without such a
    /// pod, or without permission to list pods.
    /// </summary>
    public static async Task<long?> OfPodsAsync(
        ClusterConnection connection,
        DeploymentManifest deployment,
        CancellationToken cancellationToken
    )
    {
        List<Pod> pods = [];
        try
        {
            pods = await SchedulerPods.ListAsync(connection, deployment, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            // The template has to do.
        }

        var newest = pods.Where(static pod => pod.IsReady()).MaxBy(static pod => pod.Metadata.CreationTimestamp);
        return (newest is null ? null : Of(newest.Metadata)) ?? Of(deployment.Spec.Template.Metadata);
    }

    /// <summary>Reads the revision of a pod or of a pod template.</summary>
    public static long? Of(ObjectMeta metadata) =>
        long.TryParse(
            metadata.Annotations?.GetValueOrDefault(RevisionAnnotation.PodTemplateName),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;
}
