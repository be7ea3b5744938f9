using System.Collections;
using NodeManager.SchedulerConfigurations.Catalog;

namespace NodeManager.Completion;

public sealed class ExtensionPointCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) =>
        ExtensionPoints.Cycle.Append(ExtensionPoints.MultiPoint);
}
