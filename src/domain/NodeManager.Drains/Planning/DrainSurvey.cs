using NodeManager.Core.Errors;
using NodeManager.Kubernetes;

namespace NodeManager.Drains.Planning;

/// <summary>The state of the cluster for a plan, read concurrently.</summary>
public sealed record DrainSurvey
{
    private ILookup<string?, PodDisruptionBudget>? _budgets;

    public required ServerCapabilities Server { get; init; }

    /// <summary>The nodes to drain, in the requested order; null if the node does not exist or was replaced.</summary>
    public required IReadOnlyList<(string Name, Node? Node)> Nodes { get; init; }

    /// <summary>Names that another node has now: the expected UID and the current one.</summary>
    public IReadOnlyDictionary<string, (string Expected, string? Found)> Replaced { get; init; } =
        new Dictionary<string, (string, string?)>();

    /// <summary>The selected pods of the nodes to drain.</summary>
    public required ILookup<string, Pod> Pods { get; init; }

    /// <summary>The other pods of these nodes.</summary>
    public required ILookup<string, Pod> UnselectedPods { get; init; }

    /// <summary>UIDs by namespace and name; null if they cannot be read.</summary>
    public required IReadOnlyDictionary<(string Namespace, string Name), string>? DaemonSets { get; init; }

    /// <summary>Null if they cannot be read.</summary>
    public required IReadOnlyList<PodDisruptionBudget>? Budgets { get; init; }

    public IEnumerable<PodDisruptionBudget> BudgetsOf(Pod pod)
    {
        _budgets ??= (Budgets ?? []).ToLookup(b => b.Metadata.Namespace);
        return _budgets[pod.Metadata.Namespace].Where(b => BudgetRules.Covers(b, pod, Server.BudgetVersion));
    }

    /// <summary>Missing permissions that every drain needs.</summary>
    public required IReadOnlyList<NodeDrainBlocker> MissingPermissions { get; init; }

    /// <summary>True if removals are not allowed in the whole cluster, so that each namespace has to be checked.</summary>
    public required bool RemovalByNamespace { get; init; }

    /// <summary>NodeReplaced or NodeNotFound.</summary>
    public NodeManagerException MissingNodeError(string name, string cluster)
    {
        (string wanted, string? found) = Replaced.GetValueOrDefault(name);
        return ErrorTranslator.NodeMissing(name, wanted, found, cluster);
    }
}
