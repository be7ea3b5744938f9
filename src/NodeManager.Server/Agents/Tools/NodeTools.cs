using System.ComponentModel;
using ModelContextProtocol.Protocol;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Server.Clusters;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Agents.Tools;

internal sealed class NodeTools(ClusterSession cluster)
{
    private NodeManagerSession Session => cluster.Session;

    [AgentTool(
        "cluster_summary",
        "Cluster summary",
        Answers = "cluster:string kubernetes:string nodes:integer ready:integer notReady:integer cordoned:integer pods?:integer zones:object roles:object pools:object kubeletVersions:object capacity:object allocatable:object requested?:object"
    )]
    [Description("Totals of the cluster: nodes by status, zone, role and version, capacity and what pods request. Start here.")]
    public async Task<CallToolResult> SummaryAsync(CancellationToken stop)
    {
        List<ClusterNode> nodes = await ReadAsync(new() { Usage = true }, stop);
        ClusterStatistic total = ClusterStatisticReader.Sum(Session, nodes);
        return AgentAnswer.Of(
            new
            {
                Session.Cluster,
                Kubernetes = Session.ServerVersion,
                Nodes = total.Nodes,
                total.Ready,
                total.NotReady,
                total.Cordoned,
                total.Pods,
                Zones = Top(nodes, static node => node.Zone),
                Roles = Top(nodes.SelectMany(static node => node.Roles.DefaultIfEmpty("(none)")), static role => role),
                Pools = Top(nodes, static node => node.Pool),
                KubeletVersions = Top(nodes, static node => node.KubeletVersion),
                Capacity = Amounts(total.Capacity),
                Allocatable = Amounts(total.Allocatable),
                Requested = Amounts(total.Requested),
            }
        );
    }

    [AgentTool("list_nodes", "List nodes", Answers = "total:integer byStatus:object cordoned:integer nodes:array nextCursor?:string")]
    [Description(
        "Nodes, a line each, a page at a time, with the counts of all that match. Use node_health for what is wrong with them and get_node for one node."
    )]
    public async Task<CallToolResult> ListAsync(
        [Description("Names of nodes; wildcards * and ?.")] string[]? nodes = null,
        [Description("Label selector as kubectl's -l.")] string? selector = null,
        [Description("Any of these.")] [Allowed("Ready", "NotReady", "Unknown", "SchedulingDisabled")] string[]? status = null,
        [Description("Zones; any of them.")] string[]? zones = null,
        [Description("Roles; any of them.")] string[]? roles = null,
        [Description("Pools; any of them.")] string[]? pools = null,
        [Description("1 to 100.")] [Bounds(1, 100)] int limit = 20,
        [Description("nextCursor of the page before.")] string? cursor = null,
        CancellationToken stop = default
    )
    {
        await RefuseUnknownAsync(zones, roles, pools, stop);
        List<ClusterNode> found = await ReadAsync(
            new()
            {
                Names = nodes ?? [],
                Selector = selector,
                Statuses = status ?? [],
                Zones = zones ?? [],
                Roles = roles ?? [],
                Pools = pools ?? [],
            },
            stop
        );
        var page = AgentPage<ClusterNode>.Of(found, static node => node.Name, limit, cursor);
        return AgentAnswer.Of(
            new
            {
                page.Total,
                ByStatus = Top(found, static node => node.Status),
                Cordoned = found.Count(static node => node.Unschedulable),
                Nodes = page.Items.Select(static node => new
                {
                    node.Name,
                    node.Status,
                    Cordoned = node.Unschedulable ? true : (bool?)null,
                    Roles = Joined(node.Roles),
                    Zone = AnswerText.NullIfEmpty(node.Zone),
                    Pool = AnswerText.NullIfEmpty(node.Pool),
                    Taints = node.Taints.Count > 0 ? node.Taints.Count : (int?)null,
                    Age = HumanDuration.Format(node.Age),
                    node.KubeletVersion,
                }),
                page.NextCursor,
            }
        );
    }

    [AgentTool(
        "get_node",
        "One node",
        Answers = "name:string;uid:string;resourceVersion:string;status:string;cordoned:boolean;roles?:string;zone?:string;pool?:string;age:string;"
            + "kubeletVersion:string;containerRuntime:string;osImage?:string;kernelVersion:string;architecture:string;internalIP?:string;labels:object;annotationKeys:array;taints:array;conditions:array;capacity:object;allocatable:object;requested?:object;cpuRequestedPercent?:number;memoryRequestedPercent?:number;pods?:integer;usage?:object"
    )]
    [Description("One node: labels, taints, conditions, capacity, what its pods request, and how many pods it has.")]
    public async Task<CallToolResult> GetAsync([Description("The node's name.")] string name, CancellationToken stop = default)
    {
        if (name.AsSpan().ContainsAny("*?[]"))
            throw new NodeManagerException(ErrorIds.NodeNotFound, ErrorKind.ObjectNotFound, $"Node '{name}' does not exist.", name);
        ClusterNode node = (await ReadAsync(new() { Names = [name], Usage = true }, stop))[0];
        return AgentAnswer.Of(
            new
            {
                node.Name,
                node.Uid,
                node.ResourceVersion,
                node.Status,
                Cordoned = node.Unschedulable,
                Roles = Joined(node.Roles),
                Zone = AnswerText.NullIfEmpty(node.Zone),
                Pool = AnswerText.NullIfEmpty(node.Pool),
                Age = HumanDuration.Format(node.Age),
                node.KubeletVersion,
                node.ContainerRuntime,
                node.OSImage,
                node.KernelVersion,
                node.Architecture,
                InternalIP = AnswerText.NullIfEmpty(node.InternalIP),
                Labels = node.Labels.ToDictionary(),
                // Annotation values may hold secrets of controllers.
                AnnotationKeys = node.Annotations.Keys.Order(StringComparer.Ordinal),
                Taints = node.Taints.Select(static taint => taint.ToString()),
                Conditions = node.Conditions.Select(static one => new
                {
                    one.Type,
                    one.Status,
                    one.Reason,
                    one.Message,
                    Since = one.LastTransitionTime,
                }),
                Capacity = Amounts(node.Capacity),
                Allocatable = Amounts(node.Allocatable),
                Requested = node.Requested is { } requested ? Amounts(requested) : null,
                node.CpuRequestedPercent,
                node.MemoryRequestedPercent,
                Pods = node.PodCount,
                Usage = node.Usage is { } usage ? new { usage.CpuPercent, usage.MemoryPercent } : null,
            }
        );
    }

    [AgentTool("list_pods", "Pods of nodes", Answers = "total:integer byStatus:object pods:array nextCursor?:string")]
    [Description("Pods of a node or of all nodes, a line each, a page at a time, with counts by status.")]
    public async Task<CallToolResult> PodsAsync(
        [Description("Only of this node.")] string? node = null,
        [Description("Only of this namespace.")] string? @namespace = null,
        [Description("Label selector as kubectl's -l.")] string? selector = null,
        [Description("1 to 100.")] [Bounds(1, 100)] int limit = 20,
        [Description("nextCursor of the page before.")] string? cursor = null,
        CancellationToken stop = default
    )
    {
        List<NodePod> pods = [];
        await foreach (
            NodePod pod in NodePodReader.ReadAsync(
                Session,
                node is null ? (NodeTarget?)null : new NodeTarget(node),
                @namespace,
                selector,
                stop
            )
        )
            pods.Add(pod);
        var page = AgentPage<NodePod>.Of(pods, static pod => $"{pod.Namespace}/{pod.Name}", limit, cursor);
        return AgentAnswer.Of(
            new
            {
                page.Total,
                ByStatus = Top(pods, static pod => pod.Status),
                Pods = page.Items.Select(pod => new
                {
                    Pod = $"{pod.Namespace}/{pod.Name}",
                    Node = node is null ? pod.NodeName : null,
                    pod.Status,
                    Ready = $"{pod.ReadyContainers}/{pod.Containers}",
                    Restarts = pod.Restarts > 0 ? pod.Restarts : (int?)null,
                    Owner = pod.OwnerKind.Length > 0 ? $"{pod.OwnerKind}/{pod.OwnerName}" : null,
                    Cpu = pod.Requested.Cpu,
                    Memory = ByteSize.Format(pod.Requested.Memory),
                    Age = HumanDuration.Format(pod.Age),
                }),
                page.NextCursor,
            }
        );
    }

    // Refuses filters without a possible match, which would otherwise look like a healthy result.
    private async Task RefuseUnknownAsync(string[]? zones, string[]? roles, string[]? pools, CancellationToken stop)
    {
        if (zones is not { Length: > 0 } && roles is not { Length: > 0 } && pools is not { Length: > 0 })
            return;
        List<ClusterNode> all = await ReadAsync(new(), stop);
        Refuse("zones", zones, all.Select(static node => node.Zone));
        Refuse("roles", roles, all.SelectMany(static node => node.Roles));
        Refuse("pools", pools, all.Select(static node => node.Pool));

        static void Refuse(string name, string[]? given, IEnumerable<string> values)
        {
            string[] valid = [.. values.Where(static one => one.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            if ((given ?? []).FirstOrDefault(one => !valid.Contains(one, StringComparer.OrdinalIgnoreCase)) is not { } unknown)
                return;
            throw new NodeManagerException(
                "InvalidArguments",
                ErrorKind.InvalidArgument,
                $"'{name}' has '{DisplayText.Escape(unknown)}', which no node has.",
                unknown,
                valid.Length > 0 ? $"The nodes have {string.Join(", ", valid.Take(20))}." : "No node has any."
            );
        }
    }

    private async Task<List<ClusterNode>> ReadAsync(NodeQuery query, CancellationToken stop)
    {
        var nodes = new List<ClusterNode>();
        await foreach (ClusterNode node in NodeReader.ReadAsync(Session, query, missing => throw missing, NullObserver.Instance, stop))
            nodes.Add(node);
        return nodes;
    }

    private static object Amounts(NodeResources amounts) =>
        new
        {
            amounts.Cpu,
            Memory = ByteSize.Format(amounts.Memory),
            Pods = amounts.Pods > 0 ? amounts.Pods : (long?)null,
            Extended = amounts.Extended.Count > 0 ? amounts.Extended.ToDictionary() : null,
        };

    // The ten largest groups.
    private static Dictionary<string, int> Top<T>(IEnumerable<T> items, Func<T, string> group) =>
        items
            .GroupBy(item => group(item) is { Length: > 0 } name ? name : "(none)")
            .OrderByDescending(static one => one.Count())
            .ThenBy(static one => one.Key, StringComparer.Ordinal)
            .Take(10)
            .ToDictionary(static one => one.Key, static one => one.Count());

    private static string? Joined(ItemList<string> values) => AnswerText.NullIfEmpty(string.Join(",", values));
}
