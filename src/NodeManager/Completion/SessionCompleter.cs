using System.Collections;
using System.Management.Automation.Runspaces;
using NodeManager.Sessions;

namespace NodeManager.Completion;

public sealed class SessionCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) =>
        SessionRegistry.List(Runspace.DefaultRunspace).Select(s => s.Cluster);
}
