using System.Collections;
using NodeManager.NodePools.Updates;
using NodeManager.NodePools.Updates.Options;

namespace NodeManager.Completion;

/// <summary>The names of pools with an update. Never connects or throws; see <see cref="NodeCompleter"/>.</summary>
public sealed class NodePoolUpdateCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound)
    {
        PoolUpdatePlace place = new(bound["Namespace"] as string ?? "", bound["Provider"] as string ?? "");
        return Completions.Read<string>(
            bound,
            async (session, names, cancel) =>
                names.AddRange((await PoolUpdates.ReadAsync(session, place, [], cancel)).Select(static update => update.Pool))
        );
    }
}
