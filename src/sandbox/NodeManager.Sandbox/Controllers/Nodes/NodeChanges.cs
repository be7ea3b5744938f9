using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>Distinguishes heartbeats from changes that affect placement.</summary>
internal static class NodeChanges
{
    /// <summary>True for equal labels, taints, cordon and allocatable.</summary>
    public static bool IsSamePlace(Node before, Node now) =>
        (before.Spec.Unschedulable ?? false) == (now.Spec.Unschedulable ?? false)
        && Same(before.Metadata.Labels, now.Metadata.Labels)
        && Same(before.Status.Allocatable, now.Status.Allocatable)
        && SameTaints(before.Spec.Taints ?? [], now.Spec.Taints ?? []);

    private static bool SameTaints(List<Taint> before, List<Taint> now) =>
        before.Count == now.Count
        && !before.Exists(taint =>
            !now.Exists(other => other.Key == taint.Key && other.Effect == taint.Effect && other.Value == taint.Value)
        );

    private static bool Same(Dictionary<string, string>? before, Dictionary<string, string>? now) =>
        (before?.Count ?? 0) == (now?.Count ?? 0)
        && (before is null || before.All(pair => now!.TryGetValue(pair.Key, out string? value) && value == pair.Value));

    private static bool Same(Dictionary<string, Quantity>? before, Dictionary<string, Quantity>? now) =>
        (before?.Count ?? 0) == (now?.Count ?? 0)
        && (before is null || before.All(pair => now!.TryGetValue(pair.Key, out Quantity value) && value.Value == pair.Value.Value));
}
