using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.SchedulerControl.Discovery;

/// <summary>The pods of a scheduler's Deployment.</summary>
internal static class SchedulerPods
{
    /// <summary>Without those that are being deleted.</summary>
    public static async Task<List<Pod>> ListAsync(
        ClusterConnection connection,
        DeploymentManifest deployment,
        CancellationToken cancellationToken
    )
    {
        var labels = string.Join(',', (deployment.Spec.Selector?.MatchLabels ?? []).Select(label => $"{label.Key}={label.Value}"));
        var listed = await connection.Client.ListAsync(
            Resources.Pods,
            new() { Namespace = deployment.Metadata.Namespace, LabelSelector = labels },
            cancellationToken
        );
        return listed.Items.FindAll(pod => pod.Metadata.DeletionTimestamp is null && deployment.Spec.Selector.Matches(pod.Metadata.Labels));
    }
}
