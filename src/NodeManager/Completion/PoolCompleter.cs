using System.Collections;
using NodeManager.Core.Progress;
using NodeManager.NodePools;
using NodeManager.NodePools.Operations;
using NodeManager.Sessions;

namespace NodeManager.Completion;

/// <summary>Candidates from the pools of existing sessions. Never connects or throws; see <see cref="NodeCompleter"/>.</summary>
public abstract class PoolCompleter : CandidateCompleter
{
    private const int MaximumCandidates = 1000;

    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound)
    {
        PoolPlace place = new(bound["Provider"] as string ?? "", bound["Namespace"] as string ?? PoolPlace.Default.Namespace);
        return Completions.Read<string>(
            bound,
            async (session, found, cancel) =>
            {
                await foreach (string one in ReadAsync(PoolSessions.Of(session, place), cancel))
                {
                    if (found.Count >= MaximumCandidates)
                        return;
                    found.Add(one);
                }
            }
        );
    }

    private protected abstract IAsyncEnumerable<string> ReadAsync(PoolContext context, CancellationToken cancellationToken);
}

public sealed class NodePoolNameCompleter : PoolCompleter
{
    private protected override async IAsyncEnumerable<string> ReadAsync(
        PoolContext context,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (NodePool pool in PoolReader.ReadAsync(context, new(), static _ => { }, NullObserver.Instance, cancellationToken))
            yield return pool.Name;
    }
}

/// <summary>The names of the pool service's clusters.</summary>
public sealed class PoolClusterCompleter : PoolCompleter
{
    private protected override async IAsyncEnumerable<string> ReadAsync(
        PoolContext context,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (PoolCluster cluster in context.Provider.ListClustersAsync(cancellationToken))
            yield return cluster.Name;
    }
}
