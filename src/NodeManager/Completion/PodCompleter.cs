using System.Collections;
using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Completion;

/// <summary>Candidates from the pods on nodes. Never connects or throws; see <see cref="NodeCompleter"/>.</summary>
public abstract class PodCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) =>
        Completions
            .Read<string>(
                bound,
                async (session, found, cancel) =>
                {
                    await foreach (NodePod pod in CompletionReader.ReadPodsAsync(session, cancel))
                        found.AddRange(Select(pod));
                }
            )
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);

    private protected abstract IEnumerable<string> Select(NodePod pod);
}

/// <summary>
/// The namespaces of pods on nodes. Read from pods, because users who may list pods need not be allowed to list namespaces.
/// </summary>
public sealed class NamespaceCompleter : PodCompleter
{
    private protected override IEnumerable<string> Select(NodePod pod) => [pod.Namespace];
}

/// <summary><c>key=value</c> of pod labels.</summary>
public sealed class PodSelectorCompleter : PodCompleter
{
    private protected override IEnumerable<string> Select(NodePod pod) => pod.Labels.Select(l => $"{l.Key}={l.Value}");
}
