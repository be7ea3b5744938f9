using System.Collections;
using System.Globalization;
using NodeManager.Sessions;

namespace NodeManager.Completion;

public sealed class ServerPortCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) =>
        ServerRegistry.All.Select(static one => one.Server.Port.ToString(CultureInfo.InvariantCulture));
}
