using System.Collections;

namespace NodeManager.Completion;

public sealed class NodeSelectionStrategyCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) =>
        [
            NodeSelectionStrategy.LeastSessions,
            NodeSelectionStrategy.MostResources,
            NodeSelectionStrategy.Random,
            NodeSelectionStrategy.RoundRobin,
        ];
}
