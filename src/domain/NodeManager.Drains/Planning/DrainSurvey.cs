using NodeManager.Core.Errors;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains.Planning;

/// <summary>What was read of the cluster for a plan, all of it concurrently.</summary>
public sealed record DrainSurvey
{
    private ILookup<string?, PodDisruptionBudget>? _budgets;

    public required ServerCapabilities Server { get; init; }

    /// <summary>The nodes to drain, in the order asked for; null where there is none of the name, or another one than was meant.</summary>
    public required IReadOnlyList<(string Name, Node? Node)> Nodes { get; init; }

    /// <summary>The names that another node has than the one that was meant: the UID that was meant and the one found.</summary>
    public IReadOnlyDictionary<string, (string Wanted, string? Found)> Replaced { get; init; } =
        new Dictionary<string, (string, string?)>();

    /// <summary>The selected pods of the nodes to drain.</summary>
    public required ILookup<string, Pod> Pods { get; init; }

    /// <summary>The other pods of these nodes.</summary>
    public required ILookup<string, Pod> UnselectedPods { get; init; }

    /// <summary>UIDs by namespace and name; null when they may not be read.</summary>
    public required IReadOnlyDictionary<(string Namespace, string Name), string>? DaemonSets { get; init; }

    /// <summary>Null when they may not be read.</summary>
    public required IReadOnlyList<PodDisruptionBudget>? Budgets { get; init; }

    /// <summary>The PodDisruptionBudgets that cover the pod.</summary>
    public IEnumerable<PodDisruptionBudget> BudgetsOf(Pod pod)
    {
        _budgets ??= (Budgets ?? []).ToLookup(b => b.Metadata.Namespace);
        return _budgets[pod.Metadata.Namespace].Where(b => BudgetRules.Covers(b, pod, Server.BudgetVersion));
    }

    /// <summary>Permissions that are missing whatever the pods are.</summary>
    public required IReadOnlyList<NodeDrainBlocker> MissingPermissions { get; init; }

    /// <summary>True when evictions (or deletions) are not allowed in the whole cluster, so that each namespace has to be asked.</summary>
    public required bool RemovalByNamespace { get; init; }

    /// <summary>The error for a name without a node to drain: NodeReplaced or NodeNotFound.</summary>
    public NodeManagerException WhyNot(string name, string cluster)
    {
        (string wanted, string? found) = Replaced.GetValueOrDefault(name);
        return ErrorTranslator.NodeMissing(name, wanted, found, cluster);
    }
}
