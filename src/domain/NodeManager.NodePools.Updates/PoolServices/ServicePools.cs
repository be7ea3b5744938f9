using NodeManager.Core.Nodes.Reading;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Updates.Execution;

namespace NodeManager.NodePools.Updates.PoolServices;

/// <summary>A pool of a service, with the reports of its controllers.</summary>
internal sealed record ObservedPool(PoolRecord Pool, NodePoolStatus Status);

/// <summary>
/// The pools of a service and their nodes in the connected cluster, for one update. A service has no watch, so it is polled.
/// </summary>
internal sealed class ServicePools(RollScope context, PoolContext pools)
{
    /// <summary>How long a read pool is reused.</summary>
    public static readonly TimeSpan Often = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, (ObservedPool? Sight, DateTimeOffset At)> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Predicate<ClusterNode>> _members = new(StringComparer.Ordinal);

    public PoolContext Context => pools;

    /// <summary>The recently read pool; null: it does not exist.</summary>
    public async Task<ObservedPool?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (id.Length == 0)
            return null;
        DateTimeOffset now = context.Scope.Now;
        if (_seen.TryGetValue(id, out var known) && now - known.At < Often && now >= known.At)
            return known.Sight;
        ObservedPool? sight = null;
        try
        {
            PoolRecord pool = await pools.Provider.GetAsync(id, cancellationToken);
            sight = new(pool, pools.Map(pool, pool.Status ?? await pools.Provider.GetStatusAsync(id, cancellationToken)));
        }
        catch (NodeManagerException gone) when (gone.ErrorId == ErrorIds.NodePoolNotFound)
        {
            // Deleted.
        }

        _seen[id] = (sight, now);
        return sight;
    }

    /// <summary>Discards the cached pools.</summary>
    public void Invalidate() => _seen.Clear();

    /// <summary>The pool's nodes in the connected cluster, by name.</summary>
    public async Task<IReadOnlyList<Node>> NodesOfAsync(string id, string name, CancellationToken cancellationToken)
    {
        if (id.Length == 0)
            return [];
        if (!_members.TryGetValue(id, out Predicate<ClusterNode>? isMember))
            isMember = _members[id] = await pools.Provider.MembersOfAsync(id, name, cancellationToken);
        return
        [
            .. context
                .Nodes.Where(node =>
                    node.Metadata.DeletionTimestamp is null && isMember(NodeMapper.Map(node, context.Scope.Session, context.Scope.Now))
                )
                .OrderBy(static node => node.Metadata.Name, StringComparer.Ordinal),
        ];
    }
}
