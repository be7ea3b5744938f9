using System.Globalization;
using System.Net;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>The revision that a scheduler's pods were started with, from their template.</summary>
internal static class RunningRevision
{
    /// <summary>Null without a Deployment, without permission to read it, or if these commands never restarted it.</summary>
    public static async Task<long?> OfAsync(ClusterConnection connection, ClusterScheduler scheduler, CancellationToken cancellationToken)
    {
        if (scheduler.Deployment.Length == 0)
            return null;
        try
        {
            var deployment = await connection.Client.GetAsync(
                DeploymentManifest.Type,
                scheduler.Deployment,
                scheduler.Namespace,
                cancellationToken
            );
            return Of(deployment.Spec.Template.Metadata);
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            return null;
        }
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
