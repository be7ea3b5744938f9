using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Planning;

/// <summary>What was read of the cluster for a plan, all of it side by side.</summary>
internal sealed record DrainSurvey
{
    public required ServerCapabilities Server { get; init; }

    /// <summary>The nodes to drain, in the order asked for; null where there is none of the name.</summary>
    public required IReadOnlyList<(string Name, Node? Node)> Nodes { get; init; }

    /// <summary>The selected pods of the nodes to drain.</summary>
    public required ILookup<string, Pod> Pods { get; init; }

    /// <summary>UIDs by namespace and name; null when they may not be read.</summary>
    public required IReadOnlyDictionary<(string Namespace, string Name), string>? DaemonSets { get; init; }

    /// <summary>Null when they may not be read.</summary>
    public required IReadOnlyList<PodDisruptionBudget>? Budgets { get; init; }

    /// <summary>Permissions that are missing whatever the pods are.</summary>
    public required IReadOnlyList<NodeDrainBlocker> MissingPermissions { get; init; }

    /// <summary>True when evictions (or deletions) are not allowed in the whole cluster, so that each namespace has to be asked.</summary>
    public required bool RemovalByNamespace { get; init; }
}
