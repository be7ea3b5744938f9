using System.Net;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Maintenance.Records;
using NodeManager.Maintenance.Requests;

namespace NodeManager.Maintenance;

/// <summary>Reads the runs of a namespace.</summary>
public static class MaintenanceReader
{
    /// <summary>The newest first.</summary>
    /// <param name="ids">Run ids with wildcards; none: all.</param>
    /// <param name="limit">The maximum number.</param>
    /// <exception cref="NodeManagerException">MaintenanceNotFound for an id without wildcards; or the server's refusal.</exception>
    public static Task<IReadOnlyList<NodeMaintenanceRun>> ReadAsync(
        NodeManagerSession session,
        IReadOnlyList<string> ids,
        string ns,
        int limit,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync<IReadOnlyList<NodeMaintenanceRun>>(
            session,
            null,
            async (connection, token) =>
            {
                IReadOnlyList<Entry> entries = await ListAsync(connection, ns, token);
                List<NamePattern> patterns = [.. ids.Select(id => new NamePattern(id))];
                if (
                    ids.FirstOrDefault(id => !NamePattern.IsWildcard(id) && !entries.Any(r => new NamePattern(id).Matches(r.Id))) is
                    { } missing
                )
                    throw MaintenanceErrors.NotFound(missing, ns, session.Cluster);
                Entry[] wanted = [.. entries.Where(r => patterns.Count == 0 || patterns.Exists(p => p.Matches(r.Id))).Take(limit)];
                IReadOnlyDictionary<string, string> held = Array.Exists(wanted, static one => one.Head is not null)
                    ? await RunDirectory.HoldersAsync(connection, ns, token)
                    : Nobody;
                var read = new NodeMaintenanceRun[wanted.Length];
                await MaintenanceScope.EachAsync(
                    Enumerable.Range(0, wanted.Length),
                    async (i, stop) => read[i] = await MapAsync(session, connection, wanted[i], ns, held, stop),
                    token
                );
                return read;
            },
            cancellationToken
        );

    /// <summary>The options of the drains of a stored run.</summary>
    /// <exception cref="NodeManagerException">MaintenanceNotFound, MaintenanceInvalid; or the server's refusal.</exception>
    public static Task<DrainOptions> ReadDrainAsync(
        NodeManagerSession session,
        string id,
        string ns,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            id,
            async (connection, token) => (await RunDirectory.FindAsync(connection, id, ns, session.Cluster, token)).Run.Options.Drain,
            cancellationToken
        );

    /// <summary>The ids of all runs, the newest first.</summary>
    /// <exception cref="NodeManagerException">The server's refusal.</exception>
    public static Task<IReadOnlyList<string>> IdsAsync(NodeManagerSession session, string ns, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync<IReadOnlyList<string>>(
            session,
            null,
            async (connection, token) => [.. (await ListAsync(connection, ns, token)).Select(r => r.Id)],
            cancellationToken
        );

    private static readonly IReadOnlyDictionary<string, string> Nobody = new Dictionary<string, string>();

    private static async Task<NodeMaintenanceRun> MapAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        Entry entry,
        string ns,
        IReadOnlyDictionary<string, string> held,
        CancellationToken cancellationToken
    )
    {
        if (entry.Head is not { } head)
            return DetachedDirectory.Map(session, entry.Detached!, connection.Time.GetUtcNow());
        bool isHeld = held.ContainsKey(entry.Id);
        // A run writes its end before it releases its Lease: it may have ended between the two reads.
        if (!isHeld && !head.State.IsOver)
            head = await RunDirectory.FindHeadAsync(connection, entry.Id, ns, cancellationToken) ?? head;
        return RunMapper.Map(
            session,
            await RunDirectory.LoadAsync(connection, head, ns, cancellationToken),
            ns,
            isHeld,
            connection.Time.GetUtcNow(),
            entry.Detached
        );
    }

    // The newest first. A detached run gets a record of its own when a server starts it.
    private static async Task<IReadOnlyList<Entry>> ListAsync(ClusterConnection connection, string ns, CancellationToken cancellationToken)
    {
        IReadOnlyList<NodeMaintenanceRequest>? requests = await DetachedDirectory.ListAsync(connection, ns, cancellationToken);
        IReadOnlyList<RunHead> runs;
        try
        {
            runs = await RunDirectory.ListAsync(connection, ns, cancellationToken, true);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden && requests is { Count: > 0 })
        {
            // A user who may only submit detached work follows it by the requests.
            runs = [];
        }

        Dictionary<string, NodeMaintenanceRequest> byId = (requests ?? []).ToDictionary(static one => one.Metadata.Name);
        List<Entry> all = [.. runs.Select(run => new Entry(run.Run.Id, run.Run.At, run, byId.GetValueOrDefault(run.Run.Id)))];
        HashSet<string> begun = [.. all.Select(static one => one.Id)];
        all.AddRange(
            byId.Values.Where(one => !begun.Contains(one.Metadata.Name))
                .Select(static one => new Entry(one.Metadata.Name, one.Metadata.CreationTimestamp ?? default, null, one))
        );
        return [.. all.OrderByDescending(static one => one.At).ThenBy(static one => one.Id, StringComparer.Ordinal)];
    }

    private sealed record Entry(string Id, DateTimeOffset At, RunHead? Head, NodeMaintenanceRequest? Detached);
}
