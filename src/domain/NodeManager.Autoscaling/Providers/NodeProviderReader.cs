using System.Net;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Autoscaling.Providers;

/// <summary>Reads NodeSmithProviders.</summary>
public static class NodeProviderReader
{
    /// <summary>The providers of these names, by namespace and name.</summary>
    /// <param name="names">Names and wildcards; none: all.</param>
    /// <param name="ns">Null: all namespaces.</param>
    /// <param name="missing">Receives the error of each plain name without a provider.</param>
    /// <exception cref="NodeManagerException">AutoscalerNotInstalled, or the server's refusal.</exception>
    public static Task<IReadOnlyList<NodeProvider>> ReadAsync(
        NodeManagerSession session,
        IReadOnlyList<string> names,
        string? ns,
        Action<NodeManagerException> missing,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            null,
            async (connection, token) =>
            {
                IReadOnlyList<NodeSmithProvider> all = await ListAsync(session, connection, ns, token);
                foreach (string name in names.Where(name => !NamePattern.IsWildcard(name) && !all.Any(one => one.Metadata.Name == name)))
                    missing(NodeSmithErrors.ProviderNotFound(ns ?? "*", name, session.Cluster));
                Predicate<string> isMeant = names.Count == 0 ? static _ => true : NamePattern.Any([.. names]);
                DateTimeOffset now = connection.Time.GetUtcNow();
                return (IReadOnlyList<NodeProvider>)
                    [.. all.Where(one => isMeant(one.Metadata.Name)).Select(one => NodeProviderMapper.Map(session, one, now))];
            },
            cancellationToken
        );

    /// <summary>Names for completion.</summary>
    public static async Task<IReadOnlyList<string>> NamesAsync(
        NodeManagerSession session,
        string? ns,
        CancellationToken cancellationToken
    ) => [.. (await ListAsync(session, session.Connection(), ns, cancellationToken)).Select(static one => one.Metadata.Name)];

    internal static async Task<IReadOnlyList<NodeSmithProvider>> ListAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        string? ns,
        CancellationToken cancellationToken
    )
    {
        KubernetesList<NodeSmithProvider> list = await NodeSmithErrors.InstalledAsync(
            session.Cluster,
            connection.Client.ListAsync(NodeSmithResources.Providers, new() { Namespace = ns }, cancellationToken)
        );
        return
        [
            .. list
                .Items.OrderBy(static one => one.Metadata.Namespace, StringComparer.Ordinal)
                .ThenBy(static one => one.Metadata.Name, StringComparer.Ordinal),
        ];
    }

    /// <exception cref="NodeManagerException">NodeProviderNotFound, AutoscalerNotInstalled.</exception>
    internal static async Task<NodeSmithProvider> GetAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        string ns,
        string name,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await NodeSmithErrors.InstalledAsync(
                session.Cluster,
                connection.Client.GetAsync(NodeSmithResources.Providers, name, ns, cancellationToken)
            );
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
        {
            throw NodeSmithErrors.ProviderNotFound(ns, name, session.Cluster, e);
        }
    }
}
