using System.Collections;
using NodeManager.Core.Configuration;

namespace NodeManager.Completion;

public sealed class UnavailablePodsCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) =>
        ["25%", "10%", "1", UnavailablePods.Off];
}
