namespace NodeManager.Completion;

/// <summary>The namespaces that have pods on nodes: from the pods, as users who may list pods need not be allowed to list namespaces.</summary>
public sealed class NamespaceCompleter : PodCompleter
{
    private protected override IEnumerable<string> Select(NodePod pod) => [pod.Namespace];
}
