namespace NodeManager;

/// <summary>A node of a cluster, as it was at <see cref="ObservedAt"/>.</summary>
public sealed class ClusterNode : ClusterObject
{
    public required string Name { get; init; }

    /// <summary><c>Ready</c>, <c>NotReady</c> or <c>Unknown</c>; see <see cref="NodeStatus"/>. Cordoned is <see cref="Unschedulable"/>.</summary>
    public required string Status { get; init; }

    /// <summary>True when the node is cordoned (<c>spec.unschedulable</c>).</summary>
    public bool Unschedulable { get; init; }

    /// <summary>From the labels <c>node-role.kubernetes.io/ROLE</c> and <c>kubernetes.io/role</c>, sorted.</summary>
    public ItemList<string> Roles { get; init; } = ItemList<string>.Empty;

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the node was read, in the cluster's time.</summary>
    public DateTimeOffset ObservedAt { get; init; }

    /// <summary>How old the node was when it was read.</summary>
    public TimeSpan Age => ObservedAt - CreatedAt;

    public string KubeletVersion { get; init; } = "";

    public string ContainerRuntime { get; init; } = "";

    public string OperatingSystem { get; init; } = "";

    public string OSImage { get; init; } = "";

    public string KernelVersion { get; init; } = "";

    public string Architecture { get; init; } = "";

    public string BootId { get; init; } = "";

    public string InternalIP { get; init; } = "";

    public string ExternalIP { get; init; } = "";

    public ItemList<NodeAddress> Addresses { get; init; } = ItemList<NodeAddress>.Empty;

    /// <summary>Label <c>topology.kubernetes.io/zone</c>, or its older name.</summary>
    public string Zone { get; init; } = "";

    /// <summary>Label <c>topology.kubernetes.io/region</c>, or its older name.</summary>
    public string Region { get; init; } = "";

    /// <summary>Label <c>node.kubernetes.io/instance-type</c>, or its older name.</summary>
    public string InstanceType { get; init; } = "";

    /// <summary>The name of its node pool, from the label that the platform uses for it. Empty: it belongs to none.</summary>
    public string Pool { get; init; } = "";

    public string ProviderId { get; init; } = "";

    public ItemList<string> PodCidrs { get; init; } = ItemList<string>.Empty;

    public StringMap Labels { get; init; } = StringMap.Empty;

    public StringMap Annotations { get; init; } = StringMap.Empty;

    public ItemList<NodeTaint> Taints { get; init; } = ItemList<NodeTaint>.Empty;

    public ItemList<NodeCondition> Conditions { get; init; } = ItemList<NodeCondition>.Empty;

    /// <summary>The <see cref="NodeLifecycleCondition"/>s that are True: operations in progress or completed on the node.</summary>
    public ItemList<string> Lifecycle =>
        new([.. Conditions.Where(c => c.Status == "True").Select(c => c.Type).Where(NodeLifecycleCondition.All.Contains)]);

    /// <summary>The capacity of the machine.</summary>
    public NodeResources Capacity { get; init; } = NodeResources.None;

    /// <summary>The part of the capacity that is available to pods.</summary>
    public NodeResources Allocatable { get; init; } = NodeResources.None;

    /// <summary>Pods on the node that are not finished. Null unless usage was asked for.</summary>
    public int? PodCount { get; init; }

    /// <summary>The requests of its pods, as the scheduler counts them. Null unless usage was requested.</summary>
    public NodeResources? Requested { get; init; }

    /// <summary>Requested cores per cent of the allocatable, one decimal. Null unless usage was asked for.</summary>
    public decimal? CpuRequestedPercent { get; init; }

    /// <summary>Requested memory per cent of the allocatable, one decimal. Null unless usage was asked for.</summary>
    public decimal? MemoryRequestedPercent { get; init; }

    /// <summary>The usage from metrics.k8s.io. Null unless usage was requested and the node has metrics.</summary>
    public NodeUsage? Usage { get; init; }

    public string Uid { get; init; } = "";

    public string ResourceVersion { get; init; } = "";

    public override string ToString() => Name;
}
