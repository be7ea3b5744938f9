using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Runs;

namespace NodeManager.Monitoring.Alerts.Silences;

/// <summary>The silences of a cluster, each in a ConfigMap of the namespace of runs, which all monitors watch.</summary>
public static class AlertSilences
{
    public const string Namespace = RunLayout.DefaultNamespace;

    // Ended silences explain alerts of the past that nobody was told of.
    private static readonly TimeSpan KeptAfterEnd = TimeSpan.FromDays(7);

    /// <summary>The silences, the one that ends last first.</summary>
    /// <param name="all">Also those that have ended.</param>
    public static Task<IReadOnlyList<NodeAlertSilence>> ListAsync(
        NodeManagerSession session,
        bool all,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            session,
            async (connection, token) =>
            {
                DateTimeOffset now = connection.Time.GetUtcNow();
                return (IReadOnlyList<NodeAlertSilence>)
                    [
                        .. (await ListAsync(connection, token))
                            .Select(map => SilenceRecord.Read(map, session))
                            .OfType<NodeAlertSilence>()
                            .Where(silence => all || silence.EndsAt > now)
                            .OrderByDescending(static silence => silence.EndsAt)
                            .ThenBy(static silence => silence.Id, StringComparer.Ordinal),
                    ];
            },
            cancellationToken
        );

    /// <summary>Creates a silence, or replaces the one of the same alerts.</summary>
    /// <param name="dryRun">Only let the server check it.</param>
    /// <exception cref="NodeManagerException">AlertSilenceInvalid, or the server's refusal.</exception>
    public static Task<NodeAlertSilence> CreateAsync(
        NodeManagerSession session,
        AlertSilenceRequest request,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        request.Check();
        return ClusterOperation.RunAsync(
            session,
            session,
            async (connection, token) =>
            {
                SilenceRecord record = SilenceRecord.Of(request, connection.Time.GetUtcNow(), session.Who());
                if (dryRun)
                {
                    await TryAsync(connection, record, token);
                    return record.ToSilence(record.Id, session);
                }

                await RunNamespace.EnsureAsync(
                    connection.Client,
                    Namespace,
                    () => NoNamespace(session.Cluster),
                    () => WriteAsync(connection, record, RequestOptions.Default, token),
                    token
                );
                await PruneAsync(connection, session, token);
                return record.ToSilence(record.Id, session);
            },
            cancellationToken
        );
    }

    /// <summary>Removes a silence: alerts that it covers are sent again.</summary>
    /// <exception cref="NodeManagerException">AlertSilenceNotFound, or the server's refusal.</exception>
    public static Task<bool> RemoveAsync(NodeManagerSession session, string id, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(
            session,
            id,
            async (connection, token) =>
            {
                ConfigMap map = await FindAsync(connection, id, token);
                return await connection.Client.RemoveAsync(Resources.ConfigMaps, map, token);
            },
            cancellationToken
        );

    /// <summary>The silence of this id.</summary>
    /// <exception cref="NodeManagerException">AlertSilenceNotFound, or the server's refusal.</exception>
    public static Task<NodeAlertSilence> GetAsync(NodeManagerSession session, string id, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(
            session,
            id,
            async (connection, token) => SilenceRecord.Read(await FindAsync(connection, id, token), session) ?? throw NotFound(id),
            cancellationToken
        );

    // The namespace may be created with the silence.
    private static async Task TryAsync(ClusterConnection connection, SilenceRecord record, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(connection, record, new() { DryRun = true }, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound) { }
    }

    private static async Task WriteAsync(
        ClusterConnection connection,
        SilenceRecord record,
        RequestOptions options,
        CancellationToken cancellationToken
    )
    {
        ConfigMap map = new()
        {
            ApiVersion = "v1",
            Kind = "ConfigMap",
            Metadata = new()
            {
                Name = SilenceRecord.Prefix + record.Id,
                Namespace = Namespace,
                Labels = new() { [SilenceRecord.Label] = "true" },
            },
            Data = new() { [SilenceRecord.Key] = record.ToJson() },
        };
        try
        {
            await connection.Client.CreateAsync(Resources.ConfigMaps, map, Namespace, options, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Conflict)
        {
            await connection.Client.PatchAsync(
                Resources.ConfigMaps,
                map.Metadata.Name,
                Namespace,
                Patch.Merge(new() { ["data"] = new JsonObject { [SilenceRecord.Key] = map.Data[SilenceRecord.Key] } }),
                null,
                options,
                cancellationToken
            );
        }
    }

    // Without the permission they remain, and a later silence of another user removes them.
    private static async Task PruneAsync(ClusterConnection connection, NodeManagerSession session, CancellationToken cancellationToken)
    {
        DateTimeOffset limit = connection.Time.GetUtcNow() - KeptAfterEnd;
        try
        {
            foreach (ConfigMap map in await ListAsync(connection, cancellationToken))
            {
                if (SilenceRecord.Read(map, session) is { } silence && silence.EndsAt < limit)
                    await connection.Client.RemoveAsync(Resources.ConfigMaps, map, cancellationToken);
            }
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden) { }
    }

    private static async Task<ConfigMap> FindAsync(ClusterConnection connection, string id, CancellationToken cancellationToken)
    {
        if (id.Length == 0 || !id.All(char.IsAsciiHexDigitLower))
            throw NotFound(id);
        ConfigMap? map = await connection.Client.FindAsync(Resources.ConfigMaps, SilenceRecord.Prefix + id, Namespace, cancellationToken);
        return map?.Metadata.Labels?.ContainsKey(SilenceRecord.Label) == true ? map : throw NotFound(id);
    }

    private static async Task<List<ConfigMap>> ListAsync(ClusterConnection connection, CancellationToken cancellationToken) =>
        (
            await connection.Client.ListAsync(
                Resources.ConfigMaps,
                new() { Namespace = Namespace, LabelSelector = SilenceRecord.Label },
                cancellationToken
            )
        ).Items;

    private static NodeManagerException NotFound(string id) =>
        new(
            ErrorIds.AlertSilenceNotFound,
            ErrorKind.ObjectNotFound,
            $"There is no silence '{id}'.",
            id,
            "List the silences with Get-NodeAlertSilence."
        );

    private static NodeManagerException NoNamespace(string cluster) =>
        new(
            ErrorIds.Forbidden,
            ErrorKind.PermissionDenied,
            $"Namespace {Namespace}, which stores silences, does not exist in cluster '{cluster}' and cannot be created: permission denied.",
            Namespace,
            "Ask an administrator to apply deploy/rbac.yaml."
        );
}
