using System.Collections;
using NodeManager.Sessions;

namespace NodeManager.Completion;

public sealed class SandboxFaultNameCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound)
    {
        try
        {
            string[] names =
            [
                .. Completions.Sessions(bound).SelectMany(session => session.Sandbox().GetFaults()).Select(fault => fault.Request.Name!),
            ];
            return names;
        }
        catch (NodeManagerException)
        {
            // Not an embedded cluster.
            return [];
        }
    }
}
