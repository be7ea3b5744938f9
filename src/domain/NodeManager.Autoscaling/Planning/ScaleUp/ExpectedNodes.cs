using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>The expected properties of a pool's new nodes.</summary>
public static class ExpectedNodes
{
    public const string ZoneLabel = "topology.kubernetes.io/zone";

    public const string Architecture = "kubernetes.io/arch";

    private const string OperatingSystem = "kubernetes.io/os";

    // Removed by kubelets and controllers when the node is ready.
    private static readonly HashSet<string> Passing = new(StringComparer.Ordinal)
    {
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
        "node.cloudprovider.kubernetes.io/uninitialized",
        "node.kubernetes.io/network-unavailable",
    };

    /// <param name="shape">Null: none, or its labels do not matter.</param>
    public static Dictionary<string, string> Labels(NodeSmithPool pool, NodeSmithShape? shape, string? zone)
    {
        Dictionary<string, string> labels = new(pool.Spec.MachineTemplate.Labels ?? [], StringComparer.Ordinal);
        foreach ((string key, string value) in shape?.Labels ?? [])
            labels[key] = value;
        labels[pool.Spec.PoolLabelKey ?? NodeSmithNames.DefaultPoolLabelKey] = pool.Metadata.Name;
        if (zone is { Length: > 0 })
            labels[ZoneLabel] = zone;
        return labels;
    }

    /// <summary>A node from the pool's template; temporary startup taints are ignored.</summary>
    internal static Node Template(NodeSmithPool pool, NodeSmithShape? shape, string? zone, Node? like)
    {
        Dictionary<string, string> labels = new(StringComparer.Ordinal)
        {
            [OperatingSystem] = like?.Metadata.Labels?.GetValueOrDefault(OperatingSystem) ?? "linux",
            [Architecture] = like?.Metadata.Labels?.GetValueOrDefault(Architecture) ?? "amd64",
        };
        foreach ((string key, string value) in Labels(pool, shape, zone))
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
        NodeSmithPool pool = member.Pool.WithTemplateOf(member.Claim!);
        NodeSmithShape? shape = pool.Spec.MachineTemplate.FindShape(member.Claim!.Spec.Shape);
        Node template = Template(pool, shape, member.Claim.Spec.Zone ?? member.Claim.Status?.Zone, null);
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
                Taints = member.Node is null ? template.Spec.Taints : Lasting(member.Node, pool),
            },
            Status = new()
            {
                Allocatable = member.Node?.Status.Allocatable is { Count: > 0 } there ? WithDevices(there, planned) : planned,
            },
        };
    }

    // Until a device plugin has registered, a kubelet reports none of its devices, or 0.
    private static Dictionary<string, Quantity> WithDevices(Dictionary<string, Quantity> reported, Dictionary<string, Quantity> planned)
    {
        Dictionary<string, Quantity> all = new(reported, StringComparer.Ordinal);
        foreach ((string name, Quantity amount) in planned)
            if (ExpectedResources.IsDevice(name) && all.GetValueOrDefault(name).Value == 0)
                all[name] = amount;
        return all;
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
