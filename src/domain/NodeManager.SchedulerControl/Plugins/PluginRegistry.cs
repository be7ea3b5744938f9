using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.SchedulerConfigurations.Catalog;

namespace NodeManager.SchedulerControl.Plugins;

/// <summary>
/// User-registered plugins: of a session in its configuration, of a cluster in a ConfigMap that all users read. A session's own override
/// the cluster's.
/// </summary>
public static class PluginRegistry
{
    public const string ConfigMapName = "scheduler-plugin-definitions";

    private const string Extension = ".yaml";

    /// <param name="scope"><see cref="SchedulerPluginSource.Session"/> or <see cref="SchedulerPluginSource.Cluster"/>.</param>
    /// <returns>The stored plugins.</returns>
    public static async Task<IReadOnlyList<SchedulerPluginDefinition>> RegisterAsync(
        NodeManagerSession session,
        IReadOnlyList<SchedulerPluginDefinition> definitions,
        string scope,
        CancellationToken cancellationToken
    )
    {
        var kept = definitions.Select(definition => Of(session, definition, scope)).ToList();
        if (scope == SchedulerPluginSource.Session)
            Replace(session, own => [.. own.Where(one => kept.TrueForAll(other => other.Name != one.Name)), .. kept]);
        else
            await WriteAsync(
                session,
                kept.Select(one => new KeyValuePair<string, string?>(one.Name, PluginDefinitions.Write(one))),
                cancellationToken
            );
        return kept;
    }

    /// <summary>Checks that this user may change the cluster's plugins.</summary>
    /// <exception cref="NodeManagerException">Forbidden.</exception>
    public static Task CheckAsync(NodeManagerSession session, CancellationToken cancellationToken) =>
        PermissionCheck.RequireAsync(
            session,
            ConfigMapName,
            [
                new()
                {
                    Verb = "patch",
                    Resource = "configmaps",
                    Name = ConfigMapName,
                    Namespace = NamespaceOf(session),
                },
            ],
            cancellationToken
        );

    public static async Task UnregisterAsync(
        NodeManagerSession session,
        IReadOnlyList<SchedulerPluginDefinition> definitions,
        CancellationToken cancellationToken
    )
    {
        bool IsMeant(SchedulerPluginDefinition one) => definitions.Any(other => other.Name == one.Name && other.Source == one.Source);
        Replace(session, own => [.. own.Where(one => !IsMeant(one))]);
        var names = definitions
            .Where(one => one.Source == SchedulerPluginSource.Cluster)
            .Select(one => new KeyValuePair<string, string?>(one.Name, null))
            .ToList();
        if (names.Count > 0)
            await WriteAsync(session, names, cancellationToken);
    }

    /// <summary>The plugins of the session and of its cluster; both for a name in both.</summary>
    public static async Task<IReadOnlyList<SchedulerPluginDefinition>> ListAsync(
        NodeManagerSession session,
        CancellationToken cancellationToken
    ) => [.. await OfClusterAsync(session, cancellationToken), .. Own(session)];

    /// <summary>All known plugins for the cluster.</summary>
    public static async Task<PluginCatalog> CatalogAsync(NodeManagerSession session, CancellationToken cancellationToken) =>
        await ListAsync(session, cancellationToken) is { Count: > 0 } list ? PluginDefinitions.Catalog(list) : PluginCatalog.Standard;

    /// <summary>All known plugins without a request.</summary>
    /// <param name="session">The session whose plugins are included; null for none.</param>
    public static PluginCatalog Catalog(NodeManagerSession? session) =>
        session is not null && Own(session) is { Count: > 0 } own ? PluginDefinitions.Catalog(own) : PluginCatalog.Standard;

    private static ItemList<SchedulerPluginDefinition> Own(NodeManagerSession session) => session.Configuration.SchedulerPlugins;

    private static void Replace(
        NodeManagerSession session,
        Func<ItemList<SchedulerPluginDefinition>, SchedulerPluginDefinition[]> change
    ) =>
        session.Configure(before =>
            new(before) { SchedulerPlugins = new ItemList<SchedulerPluginDefinition>(change(before.SchedulerPlugins)) }
        );

    private static string NamespaceOf(NodeManagerSession session) =>
        session.Configuration.SchedulerNamespace ?? SchedulerFinder.DefaultNamespace;

    private static Task<IReadOnlyList<SchedulerPluginDefinition>> OfClusterAsync(
        NodeManagerSession session,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync<IReadOnlyList<SchedulerPluginDefinition>>(
            session,
            ConfigMapName,
            async (connection, token) =>
            {
                try
                {
                    var map = await connection.Client.GetAsync(Resources.ConfigMaps, ConfigMapName, NamespaceOf(session), token);
                    return
                    [
                        .. (map.Data ?? [])
                            .Where(pair => pair.Key.EndsWith(Extension, StringComparison.Ordinal))
                            .SelectMany(pair =>
                                PluginDefinitions.Read(pair.Value, $"{ConfigMapName}, key {pair.Key}", SchedulerPluginSource.Cluster)
                            )
                            .Select(one => Of(session, one, SchedulerPluginSource.Cluster)),
                    ];
                }
                catch (KubernetesException exception) when (exception.Code is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
                {
                    // No plugins are registered, or this user may not read them: the standard plugins are used.
                    return [];
                }
            },
            cancellationToken
        );

    /// <summary>A merge patch for each key: concurrent registrations of different plugins do not conflict.</summary>
    private static Task<bool> WriteAsync(
        NodeManagerSession session,
        IEnumerable<KeyValuePair<string, string?>> entries,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            ConfigMapName,
            async (connection, token) =>
            {
                var data = entries.ToDictionary(entry => entry.Key + Extension, entry => entry.Value);
                var ns = NamespaceOf(session);
                Patch Changes() =>
                    Patch.Merge(
                        new JsonObject
                        {
                            ["data"] = new JsonObject(data.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
                        }
                    );
                try
                {
                    await connection.Client.PatchAsync(Resources.ConfigMaps, ConfigMapName, ns, Changes(), token);
                }
                catch (KubernetesException exception) when (exception.Code == HttpStatusCode.NotFound)
                {
                    await CreateAsync(connection, ns, data, Changes, token);
                }

                return true;
            },
            cancellationToken
        );

    private static async Task CreateAsync(
        ClusterConnection connection,
        string ns,
        Dictionary<string, string?> data,
        Func<Patch> changes,
        CancellationToken cancellationToken
    )
    {
        var map = new ConfigMap
        {
            ApiVersion = "v1",
            Kind = "ConfigMap",
            Metadata = new()
            {
                Name = ConfigMapName,
                Labels = new() { ["app.kubernetes.io/managed-by"] = "nodemanager" },
            },
            Data = data.Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!),
        };
        try
        {
            await connection.Client.CreateAsync(Resources.ConfigMaps, map, ns, cancellationToken);
        }
        catch (KubernetesException exception) when (exception.Reason == "AlreadyExists")
        {
            await connection.Client.PatchAsync(Resources.ConfigMaps, ConfigMapName, ns, changes(), cancellationToken);
        }
    }

    private static SchedulerPluginDefinition Of(NodeManagerSession session, SchedulerPluginDefinition definition, string source) =>
        new()
        {
            Name = definition.Name,
            ExtensionPoints = definition.ExtensionPoints,
            Arguments = definition.Arguments,
            Source = source,
            Cluster = session.Cluster,
            Session = session,
        };
}
