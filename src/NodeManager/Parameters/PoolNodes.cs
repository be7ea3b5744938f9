using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Planning;
using NodeManager.Pipeline;
using NodeManager.Sessions;

namespace NodeManager.Parameters;

internal static class PoolNodes
{
    /// <summary>The nodes of a piped pool in its session; null for another object.</summary>
    /// <param name="fail">Called if the pool's nodes cannot be read; the result is then empty.</param>
    public static IReadOnlyList<NodeReference>? Of(
        ClusterObject value,
        SessionSelection sessions,
        WorkPump pump,
        Action<Exception, object?> fail
    )
    {
        if (Describe(value) is not { } pool)
            return null;
        List<NodeReference> members = [];
        foreach (NodeManagerSession session in sessions.For(value))
        {
            try
            {
                PoolContext context = PoolSessions.Of(session, PoolReference.PlaceOf(value, PoolPlace.Default));
                IReadOnlyList<ClusterNode> nodes = pump.RunNow(worker =>
                    PoolMembers.ReadAsync(context, pool.ClusterId, pool.Id, pool.Name, worker.Token)
                );
                members.AddRange(nodes.Select(node => new NodeReference(session, new(node.Name, node.Uid)) { Known = node }));
            }
            catch (NodeManagerException failure)
            {
                fail(failure, value);
            }
        }

        return members;
    }

    private static (string Id, string Name, string ClusterId)? Describe(ClusterObject value) =>
        value switch
        {
            NodePool pool => (pool.Id, pool.Name, pool.ClusterId),
            ObjectRow { Pool: { } row } => (row.Id, row.Name, row.ClusterId),
            _ => null,
        };
}
