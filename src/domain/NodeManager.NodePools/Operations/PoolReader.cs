using System.Globalization;
using System.Runtime.CompilerServices;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.NodePools.Operations;

/// <summary>Selects pools. Empty lists and texts select all.</summary>
public sealed record PoolQuery
{
    /// <summary>Each is read by itself.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>Names or wildcards. A plain name without a pool is an error, a wildcard without a match is not.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The provider's id or name of a cluster.</summary>
    public string Cluster { get; init; } = "";

    public string Phase { get; init; } = "";

    public string Health { get; init; } = "";

    /// <summary>Also reads each pool's status, with one more request for each pool.</summary>
    public bool IncludeStatus { get; init; }
}

public static class PoolReader
{
    private const int ConcurrentStatuses = 8;

    /// <summary>Pools as they arrive, in the provider's order.</summary>
    /// <param name="missing">Receives the error of each plain name and each id without a pool; the others follow.</param>
    /// <param name="observer">Receives the number of pools read.</param>
    public static IAsyncEnumerable<NodePool> ReadAsync(
        PoolContext context,
        PoolQuery query,
        Action<NodeManagerException> missing,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.StreamAsync(
            context.Session,
            null,
            (connection, token) => ReadAsync(context, connection, query, missing, observer, token),
            cancellationToken
        );

    /// <summary>The provider's records, in its order.</summary>
    /// <param name="query">Its cluster, phase and health apply.</param>
    public static IAsyncEnumerable<PoolRecord> ListRecordsAsync(
        PoolContext context,
        PoolQuery query,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.StreamAsync(
            context.Session,
            null,
            (_, token) => ListAsync(context, query, static _ => { }, NullObserver.Instance, token),
            cancellationToken
        );

    public static Task<NodePoolStatus> ReadStatusAsync(PoolContext context, PoolTarget target, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(
            context.Session,
            target.Text,
            async (_, token) =>
            {
                PoolRecord pool = await target.FindAsync(context, token);
                return context.Map(pool, pool.Status ?? await context.Provider.GetStatusAsync(pool.Id, token));
            },
            cancellationToken
        );

    /// <exception cref="NodeManagerException">NodePoolNotFound, NodePoolAmbiguous, or the provider's refusal.</exception>
    public static Task<PoolRecord> FindAsync(PoolContext context, PoolTarget target, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(context.Session, target.Text, (_, token) => target.FindAsync(context, token), cancellationToken);

    private static async IAsyncEnumerable<NodePool> ReadAsync(
        PoolContext context,
        ClusterConnection connection,
        PoolQuery query,
        Action<NodeManagerException> missing,
        IOperationObserver observer,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        IAsyncEnumerable<PoolRecord> records =
            query.Ids.Count > 0
                ? GetEachAsync(context, query.Ids, missing, cancellationToken)
                : ListAsync(context, query, missing, observer, cancellationToken);
        if (!query.IncludeStatus)
        {
            await foreach (PoolRecord record in records)
                yield return context.Map(record, connection.Time.GetUtcNow());
            yield break;
        }

        Queue<Task<NodePool?>> reading = [];
        await foreach (PoolRecord record in records)
        {
            reading.Enqueue(ReadStatusAsync(context, connection, record, cancellationToken));
            if (reading.Count >= ConcurrentStatuses && await reading.Dequeue() is { } pool)
                yield return pool;
        }

        while (reading.TryDequeue(out Task<NodePool?>? next))
            if (await next is { } pool)
                yield return pool;
    }

    // Null for a pool that was deleted after it was listed.
    private static async Task<NodePool?> ReadStatusAsync(
        PoolContext context,
        ClusterConnection connection,
        PoolRecord record,
        CancellationToken cancellationToken
    )
    {
        try
        {
            NodePoolStatus status = context.Map(
                record,
                record.Status ?? await context.Provider.GetStatusAsync(record.Id, cancellationToken)
            );
            return context.Map(record, connection.Time.GetUtcNow(), status);
        }
        catch (NodeManagerException gone) when (gone.ErrorId == ErrorIds.NodePoolNotFound)
        {
            return null;
        }
    }

    private static async IAsyncEnumerable<PoolRecord> GetEachAsync(
        PoolContext context,
        IReadOnlyList<string> ids,
        Action<NodeManagerException> missing,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (string id in ids.Distinct())
        {
            PoolRecord? found = null;
            try
            {
                found = await context.Provider.GetAsync(id, cancellationToken);
            }
            catch (NodeManagerException gone) when (gone.ErrorId == ErrorIds.NodePoolNotFound)
            {
                missing(gone);
            }

            if (found is not null)
                yield return found;
        }
    }

    private static async IAsyncEnumerable<PoolRecord> ListAsync(
        PoolContext context,
        PoolQuery query,
        Action<NodeManagerException> missing,
        IOperationObserver observer,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        NamePattern[] patterns = [.. query.Names.Select(static name => new NamePattern(name))];
        HashSet<string> unseen = [.. query.Names.Where(static name => !NamePattern.IsWildcard(name))];
        string cluster = query.Cluster.Length == 0 ? "" : (await PoolClusters.ResolveAsync(context, query.Cluster, cancellationToken)).Id;
        var list = new PoolListQuery
        {
            ClusterId = cluster,
            Phase = query.Phase,
            Health = query.Health,
        };
        int count = 0;
        await foreach (PoolRecord record in context.Provider.ListAsync(list, cancellationToken))
        {
            if (++count % 500 == 0)
                observer.Progress(
                    new(
                        "pools",
                        "Reading node pools of " + context.Session.Cluster,
                        string.Create(CultureInfo.InvariantCulture, $"{count} read")
                    )
                );
            if (patterns.Length > 0 && !Array.Exists(patterns, pattern => pattern.Matches(record.Name)))
                continue;
            unseen.RemoveWhere(name => string.Equals(name, record.Name, StringComparison.OrdinalIgnoreCase));
            yield return record;
        }

        if (count >= 500)
            observer.Progress(new("pools", "Reading node pools", "", Completed: true));
        // With a filter the pool may exist and be filtered out.
        if (query is { Phase: "", Health: "" })
            foreach (string name in unseen)
                missing(PoolErrors.NotFound(name, context.Session.Cluster));
    }
}
