using System.Collections;
using NodeManager.Autoscaling.Host;

namespace NodeManager.Completion;

/// <summary>Never connects or throws; see <see cref="NodeCompleter"/>.</summary>
public sealed class NodeClaimCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound)
    {
        string ns = bound["Namespace"] as string ?? Autoscaling.Resources.NodeSmithNames.DefaultNamespace;
        return Completions.Read<string>(
            bound,
            async (session, names, cancel) =>
                names.AddRange((await NodeClaims.ReadAsync(session, ns, [], [], cancel)).Select(static claim => claim.Name))
        );
    }
}
