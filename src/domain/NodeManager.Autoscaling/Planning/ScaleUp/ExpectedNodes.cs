using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>The expected properties of a pool's new nodes.</summary>
public static class ExpectedNodes
{
    /// <summary>The kubelet's default.</summary>
    public const int MaxPods = 110;

    public const string ZoneLabel = "topology.kubernetes.io/zone";

    private const decimal UnknownDisk = 1125899906842624m;

    private const string OperatingSystem = "kubernetes.io/os",
        Architecture = "kubernetes.io/arch";

    // Removed by kubelets and controllers when the node is ready.
    private static readonly HashSet<string> Passing = new(StringComparer.Ordinal)
    {
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
        "node.cloudprovider.kubernetes.io/uninitialized",
        "node.kubernetes.io/network-unavailable",
    };

    public static Dictionary<string, string> Labels(NodeSmithPool pool, string? zone)
    {
        Dictionary<string, string> labels = new(pool.Spec.MachineTemplate.Labels ?? [], StringComparer.Ordinal)
        {
            [pool.Spec.PoolLabelKey ?? NodeSmithNames.DefaultPoolLabelKey] = pool.Metadata.Name,
        };
        if (zone is { Length: > 0 })
            labels[ZoneLabel] = zone;
        return labels;
    }

    /// <summary>The allocatable of a machine: its size without the system's reserve.</summary>
    public static Dictionary<string, decimal> Allocatable(NodeSmithPool pool, long cpuCores, long memoryMiB)
    {
        NodeSmithSystemReserved? reserved = pool.Spec.MachineTemplate.SystemReserved;
        return new(StringComparer.Ordinal)
        {
            ["cpu"] = Math.Max(0, cpuCores - ((reserved?.CpuMillicores ?? 100) / 1000m)),
            ["memory"] = Math.Max(0, memoryMiB - (reserved?.MemoryMiB ?? 256)) * 1048576m,
            ["pods"] = MaxPods,
            // The size of the disk is unknown; a pod does not wait for that.
            ["ephemeral-storage"] = UnknownDisk,
        };
    }

    /// <summary>True for the placeholder of an unknown amount.</summary>
    internal static bool IsUnknown(string resource, decimal amount) => resource == "ephemeral-storage" && amount == UnknownDisk;

    /// <summary>A node from the pool's template; temporary startup taints are ignored.</summary>
    internal static Node Template(NodeSmithPool pool, string? zone, Node? like)
    {
        Dictionary<string, string> labels = new(StringComparer.Ordinal)
        {
            [OperatingSystem] = like?.Metadata.Labels?.GetValueOrDefault(OperatingSystem) ?? "linux",
            [Architecture] = like?.Metadata.Labels?.GetValueOrDefault(Architecture) ?? "amd64",
        };
        foreach ((string key, string value) in Labels(pool, zone))
            labels[key] = value;
        return new()
        {
            Metadata = new() { Labels = labels },
            Spec = new() { Taints = pool.Spec.MachineTemplate.Taints },
        };
    }

    /// <summary>The expected node of a member after its initialization.</summary>
    internal static Node Of(PoolMember member, PoolEvidence evidence)
    {
        // A claim that is being deleted may have no node.
        if (!member.IsInFlight)
            return member.Node ?? new();
        var planned = evidence
            .Allocatable(PoolEvidence.SizeOf(member), isComputed: false)
            .ToDictionary(static pair => pair.Key, static pair => new Quantity(pair.Value, QuantityFormat.DecimalSI));
        string name = member.Node?.Metadata.Name ?? $"claim\0{member.Claim!.Metadata.Name}";
        Node template = Template(member.Pool, member.Claim!.Spec.Zone ?? member.Claim.Status?.Zone, null);
        Dictionary<string, string> labels = new(template.Metadata.Labels!, StringComparer.Ordinal) { ["kubernetes.io/hostname"] = name };
        foreach ((string key, string value) in member.Node?.Metadata.Labels ?? [])
            labels[key] = value;
        return new()
        {
            Metadata = new()
            {
                Name = name,
                Uid = member.Node?.Metadata.Uid,
                Labels = labels,
                Annotations = member.Node?.Metadata.Annotations,
            },
            Spec = new()
            {
                ProviderID = member.Node?.Spec.ProviderID,
                Taints = member.Node is null ? template.Spec.Taints : Lasting(member.Node, member.Pool),
            },
            Status = new() { Allocatable = member.Node?.Status.Allocatable is { Count: > 0 } there ? there : planned },
        };
    }

    private static List<Taint> Lasting(Node node, NodeSmithPool pool) =>
        [
            .. (node.Spec.Taints ?? []).Where(taint =>
                !Passing.Contains(taint.Key)
                && pool.Spec.MachineTemplate.StartupTaints?.Exists(startup => startup.Key == taint.Key && startup.Effect == taint.Effect)
                    != true
            ),
        ];
}
