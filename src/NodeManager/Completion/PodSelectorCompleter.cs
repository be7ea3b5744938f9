namespace NodeManager.Completion;

/// <summary><c>key=value</c> of the labels that the pods on nodes have.</summary>
public sealed class PodSelectorCompleter : PodCompleter
{
    private protected override IEnumerable<string> Select(NodePod pod) => pod.Labels.Select(l => $"{l.Key}={l.Value}");
}
