using System.Collections;

namespace NodeManager.Completion;

public sealed class NodeProblemConditionCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) => NodeProblemCondition.All;
}
