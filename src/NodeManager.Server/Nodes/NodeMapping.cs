using System.Globalization;
using NodeManager.Core.Nodes;
using NodeManager.Maintenance.Detached;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Nodes;

internal static class NodeMapping
{
    public static ApiNode ToApi(this ClusterNode node, DateTimeOffset now) =>
        new(
            node.Name,
            node.Labels,
            [.. node.Taints.Select(t => new ApiTaint(t.Key, t.Value, t.Effect))],
            new(node.Status == NodeStatus.Ready, node.Status, node.Unschedulable),
            node.Capacity.ToApi(),
            node.Allocatable.ToApi(),
            node.Usage is { } usage ? new(usage.CpuPercent, usage.MemoryPercent) : null,
            node.PodCount,
            AgeOf(node, now),
            Known(node.Zone),
            Known(node.Pool),
            Known(node.InstanceType),
            node.KubeletVersion,
            Known(node.InternalIP),
            node.Conditions.Max(static condition => condition.LastTransitionTime),
            node.Requested is null ? null : new(node.CpuRequestedPercent, node.MemoryRequestedPercent),
            node.ToOperation()
        );

    /// <summary>The only part of a node's answer that the time changes.</summary>
    public static string AgeOf(ClusterNode node, DateTimeOffset now) => HumanDuration.Format(now - node.CreatedAt);

    /// <summary>The operation that works on the node; null: none.</summary>
    public static ApiNodeOperation? ToOperation(this ClusterNode node) =>
        NodeLock.Read(node) is { } held ? new(held.Operation, held.Kind, held.Holder) : null;

    private static string? Known(string text) => text.Length > 0 ? text : null;

    public static ApiAmounts ToApi(this NodeResources amounts) =>
        new(amounts.Cpu.ToString("0.###", CultureInfo.InvariantCulture), ByteSize.Format(amounts.Memory));

    public static ApiStatistics ToApi(this ClusterStatistic statistic) =>
        new(statistic.Nodes, statistic.Ready, statistic.NotReady, statistic.Capacity.ToApi(), statistic.Allocatable.ToApi());

    /// <summary>Blockers may have pods in common.</summary>
    public static IEnumerable<string> Events(this NodeDrainResult result) =>
        result.Blockers.SelectMany(static blocker => blocker.Events).Distinct();

    public static ApiDrainResult ToApi(this StoredDrainResult result) =>
        new(
            result.Status == NodeDrainStatus.Drained ? "Node drained successfully" : AnswerAdvice.In(result.Message),
            result.Evicted,
            result.Status,
            AnswerAdvice.In(result.Blockers),
            result.Events,
            result.Error,
            result.Node
        );

    public static ApiDrainResult ToApi(this NodeDrainResult result, string? error) =>
        new(
            result.Status == NodeDrainStatus.Drained ? "Node drained successfully" : AnswerAdvice.In(result.Message),
            result.Evicted,
            result.Status,
            AnswerAdvice.In(result.Blockers.Select(static b => b.ToString())),
            [.. result.Events()],
            error,
            result.Node
        );
}
