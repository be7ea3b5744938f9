using System.Net;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerControl.Discovery;

/// <param name="Text">The value of the key.</param>
internal sealed record LiveConfiguration(ClusterScheduler Scheduler, ConfigMap Map, string Text)
{
    /// <summary>The recorded revision; null if none was ever recorded.</summary>
    public RevisionAnnotation? Annotation { get; } = RevisionAnnotation.Of(Map, Scheduler.Key);

    /// <summary>The revision of the text; null if unknown, or if the text was changed by other means since.</summary>
    public long? Revision =>
        Annotation is { } annotation && annotation.Hash == RevisionAnnotation.HashOf(Text) ? annotation.Revision : null;

    /// <exception cref="NodeManagerException">
    /// SchedulerConfigurationNotFound: the ConfigMap does not exist, is empty, or does not have the key.
    /// </exception>
    public static async Task<LiveConfiguration> ReadAsync(
        ClusterConnection connection,
        ClusterScheduler scheduler,
        CancellationToken cancellationToken
    )
    {
        ConfigMap map;
        try
        {
            map = await connection.Client.GetAsync(Resources.ConfigMaps, scheduler.ConfigMap, scheduler.Namespace, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
        {
            throw NotFound(
                scheduler,
                $"ConfigMap '{scheduler.ConfigMap}' does not exist in namespace {scheduler.Namespace} of cluster '{connection.Cluster}'.",
                "Specify the ConfigMap with -Namespace and -ConfigMap, or create it.",
                refused
            );
        }

        if (map.Data is not { Count: > 0 } data)
            throw NotFound(
                scheduler,
                $"ConfigMap {scheduler.Namespace}/{scheduler.ConfigMap} in cluster '{connection.Cluster}' is empty.",
                $"Add a {SchedulerDocument.Kind} into it."
            );
        if (!data.TryGetValue(scheduler.Key, out var text))
            throw NotFound(
                scheduler,
                $"ConfigMap {scheduler.Namespace}/{scheduler.ConfigMap} in cluster '{connection.Cluster}' has no key '{scheduler.Key}'; its keys: {string.Join(", ", data.Keys)}.",
                "Specify the key with -Key."
            );
        return new(scheduler, map, text);
    }

    private static NodeManagerException NotFound(ClusterScheduler scheduler, string message, string action, Exception? cause = null) =>
        new(ErrorIds.SchedulerConfigurationNotFound, ErrorKind.ObjectNotFound, message, scheduler.ToString(), action, cause);
}
