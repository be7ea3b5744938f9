using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Completion;

/// <summary>Candidates from the pods on nodes. Never connects or throws; see <see cref="NodeCompleter"/>.</summary>
public abstract class PodCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) =>
        Completions.From(
            Completions
                .Read<string>(
                    fakeBoundParameters,
                    async (session, found, cancel) =>
                    {
                        await foreach (NodePod pod in CompletionReader.ReadPodsAsync(session, cancel))
                            found.AddRange(Select(pod));
                    }
                )
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
            wordToComplete
        );

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
