using NodeManager.Core.Maintenance.State;
using NodeManager.Core.Operations;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Core.Maintenance;

/// <summary>Shows the runs that a namespace keeps.</summary>
public static class MaintenanceReader
{
    /// <summary>The newest first.</summary>
    /// <param name="session">Where.</param>
    /// <param name="ids">Of the runs, with wildcards; none: all.</param>
    /// <param name="ns">Where they are kept.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NodeManagerException">MaintenanceNotFound for an id without wildcards; what the server refused.</exception>
    public static Task<IReadOnlyList<NodeMaintenanceRun>> ReadAsync(
        NodeManagerSession session, IReadOnlyList<string> ids, string ns, int limit, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync<IReadOnlyList<NodeMaintenanceRun>>(
            session, null,
            async (connection, token) =>
            {
                Task<IReadOnlyDictionary<string, string>> holders = RunDirectory.HoldersAsync(connection, ns, token);
                IReadOnlyList<RunHead> runs = await RunDirectory.ListAsync(connection, ns, token, true);
                IReadOnlyDictionary<string, string> held = await holders;
                List<NamePattern> patterns = [.. ids.Select(id => new NamePattern(id))];
                if (ids.FirstOrDefault(id => !NamePattern.IsWildcard(id) && !runs.Any(r => new NamePattern(id).Matches(r.Run.Id))) is { } missing)
                    throw MaintenanceErrors.NotFound(missing, ns, session.Cluster);
                RunHead[] wanted = [.. runs.Where(r => patterns.Count == 0 || patterns.Exists(p => p.Matches(r.Run.Id))).Take(limit)];
                var read = new NodeMaintenanceRun[wanted.Length];
                await MaintenanceScope.EachAsync(
                    Enumerable.Range(0, wanted.Length),
                    async (i, stop) => read[i] = RunMapper.Map(
                        session, await RunDirectory.LoadAsync(connection, wanted[i], ns, stop), ns, held.ContainsKey(wanted[i].Run.Id), connection.Time.GetUtcNow()),
                    token);
                return read;
            },
            cancellationToken);

    /// <summary>The ids of all runs that are kept there, the newest first.</summary>
    /// <exception cref="NodeManagerException">What the server refused.</exception>
    public static Task<IReadOnlyList<string>> IdsAsync(NodeManagerSession session, string ns, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync<IReadOnlyList<string>>(
            session, null, async (connection, token) => [.. (await RunDirectory.ListAsync(connection, ns, token)).Select(r => r.Run.Id)], cancellationToken);
}
