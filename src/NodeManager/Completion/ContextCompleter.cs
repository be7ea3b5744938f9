using System.Collections;
using NodeManager.Kubernetes.Configuration;

namespace NodeManager.Completion;

public sealed class ContextCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound)
    {
        IReadOnlyList<string>? paths = bound["Kubeconfig"] switch
        {
            string path => [path],
            object[] several => [.. several.OfType<string>()],
            _ => null,
        };
        return Kubeconfig.ListContexts(paths);
    }
}
