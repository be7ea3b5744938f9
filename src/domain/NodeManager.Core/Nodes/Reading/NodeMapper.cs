using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Core.Nodes.Reading;

/// <summary>Maps API nodes to <see cref="ClusterNode"/>.</summary>
public static class NodeMapper
{
    /// <param name="node">No mutable part of it is kept.</param>
    /// <param name="load">Null if it was not requested.</param>
    public static ClusterNode Map(Node node, NodeManagerSession session, DateTimeOffset observedAt, NodeLoad? load = null)
    {
        Dictionary<string, string> labels = node.Metadata.Labels ?? [];
        NodeSystemInfo? system = node.Status.NodeInfo;
        NodeResources allocatable = NodeShapes.Of(node.Status.Allocatable);
        NodeResources? requested = load?.Requested.ToNodeResources();
        return new()
        {
            Cluster = session.Cluster,
            Session = session,
            Name = node.Metadata.Name,
            Status = StatusOf(node),
            Unschedulable = node.Spec.Unschedulable == true,
            Roles = RolesOf(labels),
            CreatedAt = node.Metadata.CreationTimestamp ?? observedAt,
            ObservedAt = observedAt,
            KubeletVersion = system?.KubeletVersion ?? "",
            ContainerRuntime = system?.ContainerRuntimeVersion ?? "",
            OperatingSystem = system?.OperatingSystem ?? "",
            OSImage = system?.OsImage ?? "",
            KernelVersion = system?.KernelVersion ?? "",
            Architecture = system?.Architecture ?? "",
            BootId = system?.BootID ?? "",
            InternalIP = AddressOf(node, "InternalIP"),
            ExternalIP = AddressOf(node, "ExternalIP"),
            Addresses = List(node.Status.Addresses, static a => new NodeAddress { Type = a.Type, Address = a.Address }),
            Zone = ZoneOf(node),
            Region = First(labels, WellKnownLabels.Region, WellKnownLabels.OlderRegion),
            InstanceType = First(labels, WellKnownLabels.InstanceType, WellKnownLabels.OlderInstanceType),
            Pool = PoolLabels.PoolOf(labels, node.Metadata.Annotations),
            ProviderId = node.Spec.ProviderID ?? "",
            PodCidrs = CidrsOf(node.Spec),
            Labels = Map(labels),
            Annotations = Map(node.Metadata.Annotations),
            Taints = List(
                node.Spec.Taints,
                static t => new NodeTaint
                {
                    Key = t.Key,
                    Value = t.Value ?? "",
                    Effect = t.Effect,
                    TimeAdded = t.TimeAdded,
                }
            ),
            Conditions = List(node.Status.Conditions, MapCondition),
            Capacity = NodeShapes.Of(node.Status.Capacity),
            Allocatable = allocatable,
            PodCount = load?.Pods,
            Requested = requested,
            CpuRequestedPercent = requested is null ? null : ResourceAmounts.Percent(requested.Cpu, allocatable.Cpu),
            MemoryRequestedPercent = requested is null ? null : ResourceAmounts.Percent(requested.Memory, allocatable.Memory),
            Usage = load?.Metrics is { } metrics ? UsageOf(metrics, allocatable, observedAt) : null,
            Uid = node.Metadata.Uid ?? "",
            ResourceVersion = node.Metadata.ResourceVersion ?? "",
        };
    }

    public static string StatusOf(Node node) =>
        ConditionStatus(node, "Ready") switch
        {
            "True" => NodeManager.NodeStatus.Ready,
            "False" => NodeManager.NodeStatus.NotReady,
            _ => NodeManager.NodeStatus.Unknown,
        };

    /// <summary>Of the zone label, or its older name; empty without one.</summary>
    public static string ZoneOf(Node node) => First(node.Metadata.Labels ?? [], WellKnownLabels.Zone, WellKnownLabels.OlderZone);

    /// <summary>Null if the node never reported the condition.</summary>
    public static string? ConditionStatus(Node node, string type)
    {
        foreach (Condition condition in node.Status.Conditions ?? [])
            if (string.Equals(condition.Type, type, StringComparison.OrdinalIgnoreCase))
                return condition.Status;
        return null;
    }

    public static NodeUsage UsageOf(NodeMetrics metrics, NodeResources allocatable, DateTimeOffset observedAt)
    {
        decimal cpu = metrics.Usage.TryGetValue(ResourceAmounts.Cpu, out Quantity cores) ? cores.Value : 0;
        decimal memory = metrics.Usage.TryGetValue(ResourceAmounts.Memory, out Quantity bytes) ? bytes.Value : 0;
        return new()
        {
            Cpu = cpu,
            Memory = (long)memory,
            CpuPercent = ResourceAmounts.Percent(cpu, allocatable.Cpu),
            MemoryPercent = ResourceAmounts.Percent(memory, allocatable.Memory),
            MeasuredAt = metrics.Timestamp,
            // Clocks differ: a measurement in the future is new.
            Age = metrics.Timestamp is { } measured ? (observedAt > measured ? observedAt - measured : TimeSpan.Zero) : null,
        };
    }

    public static ItemList<string> RolesOf(Dictionary<string, string> labels)
    {
        SortedSet<string>? roles = null;
        foreach ((string key, string value) in labels)
        {
            string role =
                key.StartsWith(WellKnownLabels.RolePrefix, StringComparison.Ordinal) ? key[WellKnownLabels.RolePrefix.Length..]
                : key == WellKnownLabels.OlderRole ? value
                : "";
            if (role.Length > 0)
                (roles ??= new(StringComparer.Ordinal)).Add(role);
        }

        return roles is null ? ItemList<string>.Empty : new([.. roles]);
    }

    private static NodeCondition MapCondition(Condition condition) =>
        new()
        {
            Type = condition.Type,
            Status = condition.Status,
            Reason = condition.Reason ?? "",
            Message = condition.Message ?? "",
            LastHeartbeatTime = condition.LastHeartbeatTime,
            LastTransitionTime = condition.LastTransitionTime,
        };

    private static ItemList<string> CidrsOf(NodeSpec spec) =>
        spec switch
        {
            { PodCIDRs.Count: > 0 } => new(spec.PodCIDRs.ToArray()),
            { PodCIDR.Length: > 0 } => new([spec.PodCIDR]),
            _ => ItemList<string>.Empty,
        };

    private static string AddressOf(Node node, string type)
    {
        foreach (ReportedNodeAddress address in node.Status.Addresses ?? [])
            if (address.Type == type)
                return address.Address;
        return "";
    }

    private static string First(Dictionary<string, string> labels, string key, string older) =>
        labels.TryGetValue(key, out string? value) || labels.TryGetValue(older, out value) ? value : "";

    private static StringMap Map(Dictionary<string, string>? entries) => entries is { Count: > 0 } ? new(entries) : StringMap.Empty;

    private static ItemList<TTo> List<TFrom, TTo>(List<TFrom>? items, Func<TFrom, TTo> map)
    {
        if (items is not { Count: > 0 })
            return ItemList<TTo>.Empty;
        var mapped = new TTo[items.Count];
        for (int at = 0; at < mapped.Length; at++)
            mapped[at] = map(items[at]);
        return new(mapped);
    }
}
