namespace NodeManager.NodePools.Operations;

/// <summary>Finds the provider's cluster of a session's pools.</summary>
public static class PoolClusters
{
    /// <param name="given">An id or a name; empty for the configured one, the only one, or the one with the session's name.</param>
    /// <exception cref="NodeManagerException">PoolClusterNotFound, PoolClusterAmbiguous, or the provider's refusal.</exception>
    public static async Task<PoolCluster> ResolveAsync(PoolContext context, string given, CancellationToken cancellationToken)
    {
        string wanted = given.Length > 0 ? given : context.HomeCluster;
        // An id needs no list: not every user may list clusters.
        if (Guid.TryParse(wanted, out _))
            return new(wanted.ToLowerInvariant(), "");
        List<PoolCluster> clusters = [];
        await foreach (PoolCluster cluster in context.Provider.ListClustersAsync(cancellationToken))
            clusters.Add(cluster);
        if (context.Provider.Name == NodePoolProvider.Cluster && clusters is [var own] && wanted.Length > 0 && wanted != own.Id)
        {
            throw new NodeManagerException(
                ErrorIds.PoolClusterNotFound,
                ErrorKind.ObjectNotFound,
                $"Session '{own.Name}' is not connected to cluster '{wanted}', and pools of provider Cluster are those of the connected cluster.",
                wanted,
                "Leave out -Cluster, pass another session with -Session, or use -Provider Service."
            );
        }

        return Choose(clusters, wanted, context.Session.Cluster);
    }

    internal static PoolCluster Choose(IReadOnlyList<PoolCluster> clusters, string wanted, string session)
    {
        PoolCluster[] matches =
            wanted.Length > 0 ? [.. clusters.Where(one => one.Id == wanted || one.Name == wanted)]
            : clusters is [var only] ? [only]
            : [.. clusters.Where(one => one.Name == session)];
        return matches switch
        {
            [var one] => one,
            [] when wanted.Length > 0 || clusters.Count == 0 => throw new NodeManagerException(
                ErrorIds.PoolClusterNotFound,
                ErrorKind.ObjectNotFound,
                wanted.Length > 0 ? $"The pool service has no cluster '{wanted}'." : "The pool service has no cluster.",
                wanted,
                clusters.Count == 0 ? "Register the cluster with the pool service first." : $"Use one of {Names(clusters)}."
            ),
            _ => throw new NodeManagerException(
                ErrorIds.PoolClusterAmbiguous,
                ErrorKind.InvalidArgument,
                matches.Length > 1
                    ? $"{matches.Length} clusters of the pool service are called '{matches[0].Name}'."
                    : "The pool service has several clusters, and none is named.",
                wanted,
                $"Use -Cluster with one of {Names(matches.Length > 1 ? matches : clusters)}."
            ),
        };
    }

    private static string Names(IReadOnlyList<PoolCluster> clusters) =>
        string.Join(", ", clusters.Take(10).Select(static one => $"{one.Name} ({one.Id})")) + (clusters.Count > 10 ? ", …" : "");
}
