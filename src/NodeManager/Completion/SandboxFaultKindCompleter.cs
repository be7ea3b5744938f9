using System.Collections;

namespace NodeManager.Completion;

public sealed class SandboxFaultKindCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) => SandboxFaultKind.All;
}
