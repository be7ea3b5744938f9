using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Filters;

/// <summary>What the pod requests is free.</summary>
internal sealed class NodeResourcesFit(Pod pod, IReadOnlySet<string> ignored) : INodeFilter
{
    private readonly List<KeyValuePair<string, decimal>> requests =
        [.. PodRequests.Of(pod.Spec).Where(request => request.Value > 0 && !IsIgnored(request.Key, ignored)).OrderBy(request => Rank(request.Key)).ThenBy(request => request.Key, StringComparer.Ordinal)];

    public FitResult Evaluate(NodeState node)
    {
        List<string>? reasons = null;
        bool isResolvable = true;
        if (node.Pods.Count + 1 > node.Allocatable("pods")) (reasons ??= []).Add("Too many pods");
        foreach ((string name, decimal amount) in requests)
        {
            if (amount <= node.Free(name)) continue;
            (reasons ??= []).Add($"Insufficient {name}");
            isResolvable &= amount <= node.Allocatable(name);
        }
        return reasons is null ? FitResult.Fits : new(FitVerdict.DoesNotFit, reasons, isResolvable);
    }

    /// <summary>A device may be left to others to count, by its name or by its group: <c>example.com</c> of <c>example.com/gpu</c>.</summary>
    private static bool IsIgnored(string resource, IReadOnlySet<string> ignored) =>
        resource.Contains('/', StringComparison.Ordinal) && (ignored.Contains(resource) || ignored.Contains(resource[..resource.IndexOf('/', StringComparison.Ordinal)]));

    private static int Rank(string name) => name switch { "cpu" => 0, "memory" => 1, "ephemeral-storage" => 2, _ => 3 };
}
