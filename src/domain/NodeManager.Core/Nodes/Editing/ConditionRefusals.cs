using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.Core.Nodes.Editing;

/// <summary>
/// Reports refused conditions of a call: only the first refusal is a warning, because the permission is the same for all nodes.
/// </summary>
public sealed class ConditionRefusals(IOperationObserver observer)
{
    private int _count;

    public void Report(string node, KubernetesException refused)
    {
        if (Interlocked.Increment(ref _count) == 1)
            observer.Warning(
                $"Node {node}: lifecycle conditions cannot be written, also for other nodes: {refused.Message} The operation continues without them."
            );
        else
            observer.Verbose($"Node {node}: lifecycle conditions cannot be written: {refused.Message}");
    }
}
