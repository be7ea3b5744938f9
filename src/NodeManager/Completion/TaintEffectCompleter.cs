using System.Collections;

namespace NodeManager.Completion;

public sealed class TaintEffectCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) =>
        ["NoSchedule", "PreferNoSchedule", "NoExecute"];
}
