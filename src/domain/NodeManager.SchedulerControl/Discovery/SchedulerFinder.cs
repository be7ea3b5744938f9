using System.Net;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerControl.Discovery;

/// <summary>
/// Finds the schedulers of a cluster: Deployments whose <c>--config</c> is a scheduler's configuration in a mounted ConfigMap.
/// </summary>
public static class SchedulerFinder
{
    /// <summary>The default namespace of schedulers.</summary>
    public const string DefaultNamespace = "kube-system";

    /// <summary>All selected schedulers, by namespace and name. Never empty.</summary>
    /// <param name="selection">Completed by the session's configuration and the environment.</param>
    /// <exception cref="NodeManagerException">SchedulerNotFound, SchedulerConfigurationNotFound.</exception>
    public static Task<IReadOnlyList<ClusterScheduler>> FindAsync(
        NodeManagerSession session,
        SchedulerSelection selection,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            NameOf(selection),
            (connection, token) => SearchAsync(connection, selection, token),
            cancellationToken
        );

    /// <summary>The schedulers to change: one, or several that were named by their Deployments.</summary>
    /// <exception cref="NodeManagerException">
    /// SchedulerAmbiguous: there are several and none was chosen, or a Deployment's name is used in several namespaces; or as
    /// <see cref="FindAsync"/>.
    /// </exception>
    public static async Task<IReadOnlyList<ClusterScheduler>> FindChosenAsync(
        NodeManagerSession session,
        SchedulerSelection selection,
        CancellationToken cancellationToken
    )
    {
        var found = await FindAsync(session, selection, cancellationToken);
        if (found.Count == 1 || (selection.Deployments.Count > 0 && !selection.Deployments.Any(name => IsInSeveralNamespaces(name, found))))
            return found;
        throw new NodeManagerException(
            ErrorIds.SchedulerAmbiguous,
            ErrorKind.InvalidArgument,
            $"Cluster '{session.Cluster}' has {found.Count} schedulers: {string.Join("; ", found)}. Nothing was changed.",
            session.Cluster,
            "Select one or more with -Deployment, -ConfigMap, -Key or -Namespace, or set a default with Set-NodeManagerConfiguration."
        );
    }

    // A name means one Deployment; a wildcard means all that match.
    private static bool IsInSeveralNamespaces(string deployment, IReadOnlyList<ClusterScheduler> found) =>
        !NamePattern.IsWildcard(deployment)
        && found.Where(one => new NamePattern(deployment).Matches(one.Deployment)).DistinctBy(static one => one.Namespace).Count() > 1;

    private static async Task<IReadOnlyList<ClusterScheduler>> SearchAsync(
        ClusterConnection connection,
        SchedulerSelection selection,
        CancellationToken cancellationToken
    )
    {
        var deployments = await DeploymentsAsync(connection, selection, cancellationToken);
        var mounted = deployments.SelectMany(ConfigurationMount.Find).Where(scheduler => Matches(scheduler, selection)).ToList();
        var evidence = await Task.WhenAll(mounted.Select(scheduler => EvidenceAsync(connection, scheduler, selection, cancellationToken)));
        // A sidecar is not a second scheduler of its Deployment.
        var found = mounted
            .Zip(evidence, static (scheduler, evidence) => (Scheduler: scheduler, Evidence: evidence))
            .Where(static one => one.Evidence != Evidence.None)
            .GroupBy(static one => (one.Scheduler.Namespace, one.Scheduler.Deployment))
            .SelectMany(static containers => containers.Where(one => one.Evidence == containers.Max(static other => other.Evidence)))
            .Select(static one => one.Scheduler)
            .ToList();
        if (found.Count > 0)
            return [.. found.OrderBy(scheduler => scheduler.ToString(), StringComparer.Ordinal)];
        if (selection is { ConfigMap: { } map, Deployments.Count: 0 })
            return [await UnmountedAsync(connection, selection, map, cancellationToken)];
        // Both were named, so they belong together, however the Deployment reads the ConfigMap.
        if (
            selection is { ConfigMap: { } named, Deployments: [var only] }
            && deployments.FirstOrDefault(one => one.Metadata.Name == only) is { } deployment
        )
            return [await NamedPairAsync(connection, selection, named, deployment, cancellationToken)];
        throw await NotFoundAsync(connection, selection, cancellationToken);
    }

    private static async Task<IReadOnlyList<DeploymentManifest>> DeploymentsAsync(
        ClusterConnection connection,
        SchedulerSelection selection,
        CancellationToken cancellationToken
    )
    {
        async Task<IReadOnlyList<DeploymentManifest>> ListAsync(string? ns) =>
            (await connection.Client.ListAsync(DeploymentManifest.Type, new() { Namespace = ns }, cancellationToken)).Items;
        try
        {
            return await ListAsync(selection.Namespace);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden && selection.Namespace is null)
        {
            // Without permission for all namespaces, the default one may be readable.
            return await ListAsync(DefaultNamespace);
        }
    }

    private static bool Matches(ClusterScheduler scheduler, SchedulerSelection selection) =>
        (selection.ConfigMap is null || scheduler.ConfigMap == selection.ConfigMap)
        && (selection.Key is null || scheduler.Key == selection.Key)
        && (
            selection.Deployments.Count == 0 || selection.Deployments.Any(pattern => new NamePattern(pattern).Matches(scheduler.Deployment))
        );

    /// <summary>
    /// Other programs have a <c>--config</c> too: the file's content decides. A broken one counts for the image of the scheduler only, and
    /// where the ConfigMap was named; if it cannot be read, the selection or the image's name decides.
    /// </summary>
    private static async Task<Evidence> EvidenceAsync(
        ClusterConnection connection,
        ClusterScheduler scheduler,
        SchedulerSelection selection,
        CancellationToken cancellationToken
    )
    {
        var isImage = SchedulerApi.IsSchedulerImage(scheduler.Image);
        try
        {
            var text = (await LiveConfiguration.ReadAsync(connection, scheduler, cancellationToken)).Text;
            return text.Contains(SchedulerDocument.Kind, StringComparison.Ordinal) ? Evidence.Content
                : isImage ? Evidence.Image
                : selection.ConfigMap is not null ? Evidence.Name
                : Evidence.None;
        }
        catch (Exception exception)
            when (exception
                    is NodeManagerException { ErrorId: ErrorIds.SchedulerConfigurationNotFound }
                        or KubernetesException { Code: HttpStatusCode.Forbidden }
            )
        {
            return isImage ? Evidence.Image
                : selection.ConfigMap is not null
                || selection.Deployments.Contains(scheduler.Deployment)
                || scheduler.Image.Contains("scheduler", StringComparison.OrdinalIgnoreCase)
                    ? Evidence.Name
                : Evidence.None;
        }
    }

    /// <summary>A named ConfigMap that no Deployment mounts: it can be read and changed, without a restart.</summary>
    private static async Task<ClusterScheduler> UnmountedAsync(
        ClusterConnection connection,
        SchedulerSelection selection,
        string name,
        CancellationToken cancellationToken
    )
    {
        var scheduler = new ClusterScheduler
        {
            Namespace = selection.Namespace ?? DefaultNamespace,
            ConfigMap = name,
            Key = selection.Key ?? "",
        };
        if (selection.Key is not null)
            return scheduler;
        ConfigMap map;
        try
        {
            map = await connection.Client.GetAsync(Resources.ConfigMaps, name, scheduler.Namespace, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
        {
            throw new NodeManagerException(
                ErrorIds.SchedulerConfigurationNotFound,
                ErrorKind.ObjectNotFound,
                $"ConfigMap '{name}' does not exist in namespace {scheduler.Namespace} of cluster '{connection.Cluster}'.",
                name,
                "Specify it with -ConfigMap and its namespace with -Namespace.",
                refused
            );
        }

        string[] keys =
        [
            .. (map.Data ?? [])
                .Where(entry => entry.Value.Contains(SchedulerDocument.Kind, StringComparison.Ordinal))
                .Select(entry => entry.Key),
        ];
        return keys.Length switch
        {
            1 => scheduler with { Key = keys[0] },
            0 => throw new NodeManagerException(
                ErrorIds.SchedulerConfigurationNotFound,
                ErrorKind.ObjectNotFound,
                map.Data is { Count: > 0 } data
                    ? $"ConfigMap {scheduler.Namespace}/{name} in cluster '{connection.Cluster}' contains no {SchedulerDocument.Kind}; its keys: {string.Join(", ", data.Keys)}."
                    : $"ConfigMap {scheduler.Namespace}/{name} in cluster '{connection.Cluster}' is empty.",
                name,
                "Specify the key with -Key, or another ConfigMap."
            ),
            _ => throw new NodeManagerException(
                ErrorIds.SchedulerAmbiguous,
                ErrorKind.InvalidArgument,
                $"ConfigMap {scheduler.Namespace}/{name} in cluster '{connection.Cluster}' contains several configurations: {string.Join(", ", keys)}.",
                name,
                "Select one with -Key."
            ),
        };
    }

    private static async Task<ClusterScheduler> NamedPairAsync(
        ClusterConnection connection,
        SchedulerSelection selection,
        string name,
        DeploymentManifest deployment,
        CancellationToken cancellationToken
    )
    {
        var ns = deployment.Metadata.Namespace;
        var container = deployment.Spec.Template.Spec.Containers is [var first, ..] ? first : new ContainerManifest();
        return await UnmountedAsync(connection, selection with { Namespace = ns }, name, cancellationToken) with
        {
            Deployment = deployment.Metadata.Name,
            Container = container.Name,
            Image = container.Image ?? "",
            Arguments = [.. container.Command ?? [], .. container.Args ?? []],
        };
    }

    private static string? NameOf(SchedulerSelection selection) =>
        selection.ConfigMap ?? (selection.Deployments is [var first, ..] ? first : null);

    private static async Task<NodeManagerException> NotFoundAsync(
        ClusterConnection connection,
        SchedulerSelection selection,
        CancellationToken cancellationToken
    )
    {
        var where = selection.Namespace is { } ns ? $" in namespace '{ns}'" : "";
        var which = selection.Deployments.Count > 0 ? $" named {string.Join(", ", selection.Deployments)}" : "";
        var nodes = await StaticPodNodesAsync(connection, cancellationToken);
        return new(
            ErrorIds.SchedulerNotFound,
            ErrorKind.ObjectNotFound,
            $"Cluster '{connection.Cluster}' has no Deployment{which}{where} whose --config is a {SchedulerDocument.Kind} in a mounted ConfigMap."
                + (nodes.Length > 0 ? $" A scheduler runs as a static pod on {string.Join(", ", nodes)}." : ""),
            NameOf(selection) ?? connection.Cluster,
            nodes.Length > 0
                ? "The configuration of a static pod is a file on its node: change it there with -Path. The kubelet restarts the pod only when "
                    + "its manifest changes."
                : "Specify the ConfigMap with -Namespace and -ConfigMap, or a file with -Path."
        );
    }

    /// <summary>The nodes whose static pods run the scheduler, as with kubeadm; for the message only.</summary>
    private static async Task<string[]> StaticPodNodesAsync(ClusterConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var pods = await connection.Client.ListAsync(
                Resources.Pods,
                new() { Namespace = DefaultNamespace, LabelSelector = "component=kube-scheduler" },
                cancellationToken
            );
            return [.. pods.Items.Select(pod => pod.Spec.NodeName).OfType<string>().Order(StringComparer.Ordinal)];
        }
        catch (KubernetesException)
        {
            return [];
        }
    }

    /// <summary>Why a container is taken for a scheduler, the strongest last.</summary>
    private enum Evidence
    {
        None,
        Name,
        Image,
        Content,
    }
}
