using NodeManager.Core.Nodes.Reading;
using NodeManager.Drains.Planning;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Recommendations.Decisions;

/// <summary>The input about one node. Amounts are cores and bytes.</summary>
public sealed record ScaleNode
{
    public required Node Node { get; init; }

    /// <summary>The drain plan of the node.</summary>
    public required PlannedNode Plan { get; init; }

    /// <summary>All active pods.</summary>
    public required IReadOnlyList<Pod> Pods { get; init; }

    /// <summary>Null if unknown.</summary>
    public NodeUsage? Usage { get; init; }

    public string Name => Node.Metadata.Name;

    /// <summary>Ready and schedulable: it counts as capacity.</summary>
    public bool IsActive => Node.Is(NodeStatus.Ready) && !Node.Is(NodeStatus.Cordoned);

    public decimal Allocatable(string resource) =>
        Node.Status.Allocatable is { } all && all.TryGetValue(resource, out var amount) ? amount.Value : 0;

    public decimal Requested(string resource) => Pods.Sum(pod => PodRequests.Of(pod).GetValueOrDefault(resource));

    /// <summary>The requests without DaemonSet-managed and mirror pods.</summary>
    public decimal Movable(string resource) =>
        Pods.Where(static pod => !StaysWithNode(pod)).Sum(pod => PodRequests.Of(pod).GetValueOrDefault(resource));

    public decimal? Used(string resource) => resource == ResourceAmounts.Cpu ? Usage?.Cpu : Usage?.Memory;

    /// <summary>The percentage of these requests.</summary>
    public decimal? MovablePercent(string resource) => ResourceAmounts.Percent(Movable(resource), Allocatable(resource));

    public decimal? UsedPercent(string resource) =>
        Used(resource) is { } used ? ResourceAmounts.Percent(used, Allocatable(resource)) : null;

    /// <summary>The largest of its shares.</summary>
    public decimal Fullness => UtilizationRules.Resources.SelectMany(r => new[] { MovablePercent(r), UsedPercent(r) }).Max() ?? 0;

    public static bool StaysWithNode(Pod pod) => pod.IsMirror() || pod.Controller()?.Kind == "DaemonSet";
}
