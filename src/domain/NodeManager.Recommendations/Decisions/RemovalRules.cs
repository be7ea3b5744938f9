using System.Globalization;
using System.Runtime.InteropServices;
using NodeManager.Core.Nodes;
using NodeManager.Drains.Options;
using NodeManager.Drains.Planning;

namespace NodeManager.Recommendations.Decisions;

/// <summary>Absolute obstacles of a node's removal or a pod's eviction.</summary>
public static class RemovalRules
{
    /// <summary>Pods that end with their node or have ended: they do not need a place.</summary>
    public static bool StaysWithNode(Pod pod) =>
        pod.IsFinished() || pod.IsMirror() || pod.IsTerminating() || pod.Controller() is { Kind: "DaemonSet" };

    /// <summary>Why the node must stay; null: no reason.</summary>
    /// <param name="held">The lock of another operation; null: none.</param>
    public static (string Reason, string Message)? OfNode(Node node, NodeLock? held)
    {
        if (held is not null)
            return (AutoscalerReason.DoNotDisrupt, $"The node is in use by {held}.");
        return DisruptionAnnotations.KeepingOf(node) is { } key
            ? (AutoscalerReason.DoNotDisrupt, $"The node is annotated {key}=true.")
            : null;
    }

    /// <summary>Why the pod must not be moved, with reasons that only its owner can change first; null: no reason.</summary>
    /// <param name="allowed">The deletions that a user allows; null: none.</param>
    public static (string Reason, string Message)? OfPod(Pod pod, DateTimeOffset now, DrainOptions? allowed = null)
    {
        string? wish = pod.Metadata.Annotations?.GetValueOrDefault(DisruptionAnnotations.DoNotDisrupt);
        if (wish == "true")
            return (AutoscalerReason.DoNotDisrupt, $"Pod {pod.Key()} is annotated {DisruptionAnnotations.DoNotDisrupt}=true.");
        if (ProtectedUntil(pod) is { } until && until > now)
            return (
                AutoscalerReason.DoNotDisrupt,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Pod {pod.Key()} is annotated {DisruptionAnnotations.DoNotDisrupt}={wish}: until {until.UtcDateTime:HH:mm:ss} UTC."
                )
            );
        string? isSafe = pod.Metadata.Annotations?.GetValueOrDefault(DisruptionAnnotations.SafeToEvict);
        if (isSafe == "false")
            return (AutoscalerReason.DoNotDisrupt, $"Pod {pod.Key()} is annotated {DisruptionAnnotations.SafeToEvict}=false.");
        if (isSafe == "true")
            return null;
        if (pod.Controller() is null && allowed?.DeleteUnmanagedPods != true)
            return (AutoscalerReason.UnmanagedPod, $"Unmanaged pod {pod.Key()}: no controller would recreate it.");
        if (allowed?.DeleteEmptyDirData == true)
            return null;
        return pod.Spec.Volumes?.Find(static volume => volume.EmptyDir is { Medium: not "Memory" }) is { } local
            ? (
                AutoscalerReason.LocalData,
                $"Pod {pod.Key()} would lose the data of emptyDir volume '{local.Name}'. To allow that, annotate it {DisruptionAnnotations.SafeToEvict}=true."
            )
            : null;
    }

    /// <summary>The end of the time for which a duration protects the pod from its start; null: no duration does.</summary>
    public static DateTimeOffset? ProtectedUntil(Pod pod) =>
        pod.Metadata.Annotations?.GetValueOrDefault(DisruptionAnnotations.DoNotDisrupt) is { Length: > 0 } wish
        && Kubernetes.Timing.GoDuration.Parse(wish) is { } period
            ? (pod.Status.StartTime ?? pod.Metadata.CreationTimestamp) + period
            : null;

    /// <summary>The share of the node that its pods request: of CPU or memory, the larger.</summary>
    public static decimal Utilization(NodeState node, IEnumerable<PodState> pods)
    {
        decimal cpu = 0,
            memory = 0;
        foreach (PodState pod in pods)
        {
            cpu += pod.Requests.GetValueOrDefault("cpu");
            memory += pod.Requests.GetValueOrDefault("memory");
        }

        return Math.Max(Share(cpu, node.Allocatable("cpu")), Share(memory, node.Allocatable("memory")));
    }

    private static decimal Share(decimal used, decimal all) => all <= 0 ? 1 : used / all;
}

/// <summary>The disruptions that PDBs still allow while a plan uses them.</summary>
public sealed class BudgetReservations(IReadOnlyList<PodDisruptionBudget> budgets, string version, int minorVersion)
{
    private readonly ILookup<string?, PodDisruptionBudget> _byNamespace = budgets.ToLookup(static budget => budget.Metadata.Namespace);
    private readonly Dictionary<PodDisruptionBudget, int> _taken = [];

    /// <summary>Uses the disruptions for these pods together, or none and returns the reason.</summary>
    public BudgetObstacle? Take(IReadOnlyList<Pod> pods)
    {
        (BudgetObstacle? obstacle, Dictionary<PodDisruptionBudget, int> required) = Judge(pods);
        if (obstacle is null)
        {
            foreach ((PodDisruptionBudget budget, int count) in required)
                _taken[budget] = _taken.GetValueOrDefault(budget) + count;
        }

        return obstacle;
    }

    /// <summary>Why the pods cannot be evicted together, without a reservation; null: they can.</summary>
    public BudgetObstacle? Find(IReadOnlyList<Pod> pods) => Judge(pods).Obstacle;

    private (BudgetObstacle? Obstacle, Dictionary<PodDisruptionBudget, int> Required) Judge(IReadOnlyList<Pod> pods)
    {
        string message = "";
        List<PodDisruptionBudget> refusing = [];
        Dictionary<PodDisruptionBudget, int> required = [];
        foreach (Pod pod in pods)
        {
            List<PodDisruptionBudget> covering =
            [
                .. _byNamespace[pod.Metadata.Namespace].Where(budget => BudgetRules.Covers(budget, pod, version)),
            ];
            string? refused = BudgetRules.Refusal(pod, covering, minorVersion)?.Reason;
            if (refused is null && covering is [var only] && BudgetRules.UsesAllowance(pod, only, minorVersion))
            {
                int remaining = only.Status.DisruptionsAllowed - _taken.GetValueOrDefault(only);
                if (++CollectionsMarshal.GetValueRefOrAddDefault(required, only, out _) > remaining)
                    refused =
                        $"PDB {only.Key()} allows {Math.Max(0, remaining)} disruptions; the node requires {pods.Count(one => BudgetRules.Covers(only, one, version))}.";
            }

            if (refused is null)
                continue;
            if (refusing.Count == 0)
                message = $"Pod {pod.Key()}: {refused}";
            refusing.AddRange(covering);
        }

        return (refusing.Count == 0 ? null : new(message, [.. refusing.Distinct()]), required);
    }
}

/// <summary>PDBs that do not allow the evictions of a node's pods.</summary>
public sealed record BudgetObstacle(string Message, IReadOnlyList<PodDisruptionBudget> Budgets);
