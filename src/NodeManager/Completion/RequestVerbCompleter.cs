using System.Collections;

namespace NodeManager.Completion;

public sealed class RequestVerbCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) =>
        ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
}
