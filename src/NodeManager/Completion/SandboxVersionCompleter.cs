using System.Collections;
using System.Globalization;

namespace NodeManager.Completion;

/// <summary>The supported Kubernetes versions, newest first.</summary>
public sealed class SandboxVersionCompleter : CandidateCompleter
{
    private const int Oldest = 20;
    private const int Newest = 37;

    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) =>
        Enumerable
            .Range(Oldest, Newest - Oldest + 1)
            .Reverse()
            .Select(static minor => string.Create(CultureInfo.InvariantCulture, $"1.{minor}"));
}
