using System.Globalization;
using NodeManager.Drains.Planning;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Autoscaling.Planning.ScaleDown;

/// <summary>Absolute obstacles of a node's removal or a pod's eviction.</summary>
internal static class RemovalRules
{
    /// <summary>Pods that end with their node or have ended: they do not need a place.</summary>
    public static bool StaysWithNode(Pod pod) =>
        pod.IsFinished() || pod.IsMirror() || pod.Metadata.DeletionTimestamp is not null || pod.Controller() is { Kind: "DaemonSet" };

    /// <summary>Why the node must stay; null: no reason.</summary>
    public static (string Reason, string Message)? OfNode(Node node) =>
        DisruptionAnnotations.KeepingOf(node) is { } key ? (AutoscalerReason.DoNotDisrupt, $"The node is annotated {key}=true.") : null;

    /// <summary>Why the pod must not be moved, with reasons that only its owner can change first; null: no reason.</summary>
    public static (string Reason, string Message)? OfPod(Pod pod, DateTimeOffset now)
    {
        string? wish = pod.Metadata.Annotations?.GetValueOrDefault(DisruptionAnnotations.DoNotDisrupt);
        if (wish == "true")
            return (AutoscalerReason.DoNotDisrupt, $"Pod {pod.Key()} is annotated {DisruptionAnnotations.DoNotDisrupt}=true.");
        // A duration protects a pod for this time after its start.
        if (
            wish is { Length: > 0 }
            && Kubernetes.Timing.GoDuration.Parse(wish) is { } period
            && (pod.Status.StartTime ?? pod.Metadata.CreationTimestamp) + period is { } until
            && until > now
        )
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
        if (pod.Controller() is null)
            return (AutoscalerReason.UnmanagedPod, $"Unmanaged pod {pod.Key()}: no controller would recreate it.");
        return pod.Spec.Volumes?.Find(static volume => volume.EmptyDir is { Medium: not "Memory" }) is { } local
            ? (
                AutoscalerReason.LocalData,
                $"Pod {pod.Key()} would lose the data of emptyDir volume '{local.Name}'. To allow that, annotate it {DisruptionAnnotations.SafeToEvict}=true."
            )
            : null;
    }

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
internal sealed class BudgetReservations(IReadOnlyList<PodDisruptionBudget> budgets, string version, int minorVersion)
{
    private readonly ILookup<string?, PodDisruptionBudget> _byNamespace = budgets.ToLookup(static budget => budget.Metadata.Namespace);
    private readonly Dictionary<PodDisruptionBudget, int> _taken = [];

    /// <summary>Uses the disruptions for these pods together, or none and returns the reason.</summary>
    public string? Take(IReadOnlyList<Pod> pods)
    {
        Dictionary<PodDisruptionBudget, int> wanted = [];
        foreach (Pod pod in pods)
        {
            List<PodDisruptionBudget> covering =
            [
                .. _byNamespace[pod.Metadata.Namespace].Where(budget => BudgetRules.Covers(budget, pod, version)),
            ];
            if (BudgetRules.Refusal(pod, covering, minorVersion) is { } refusal)
                return $"Pod {pod.Key()}: {refusal.Reason}";
            if (covering is not [var only] || !BudgetRules.UsesAllowance(pod, only, minorVersion))
                continue;
            int count = wanted[only] = wanted.GetValueOrDefault(only) + 1;
            int left = only.Status.DisruptionsAllowed - _taken.GetValueOrDefault(only);
            if (count > left)
                return $"Pod {pod.Key()}: PDB {only.Key()} allows {Math.Max(0, left)} disruptions; the node requires {pods.Count(one => BudgetRules.Covers(only, one, version))}.";
        }

        foreach ((PodDisruptionBudget budget, int count) in wanted)
            _taken[budget] = _taken.GetValueOrDefault(budget) + count;
        return null;
    }
}
