using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Autoscaling.Resources;

/// <summary>The planned resources of a pool's machines.</summary>
public static class ExpectedResources
{
    /// <summary>The kubelet's default.</summary>
    public const int MaxPods = 110;

    internal const string EphemeralStorage = "ephemeral-storage";

    private const string HugePages = "hugepages-";
    private const decimal UnknownDisk = 1125899906842624m;

    /// <summary>The capacity of a machine beyond CPU and memory: the resources of the template, and those of its shape.</summary>
    public static Dictionary<string, decimal> Of(NodeSmithPool pool, string? shape)
    {
        NodeSmithMachineTemplate template = pool.Spec.MachineTemplate;
        Dictionary<string, decimal> amounts = new(StringComparer.Ordinal);
        foreach ((string name, Quantity amount) in template.Resources ?? [])
            amounts[name] = amount.Value;
        foreach ((string name, Quantity amount) in template.FindShape(shape)?.Resources ?? [])
            amounts[name] = amount.Value;
        return amounts;
    }

    /// <summary>The names of all resources that machines of a pool may have beyond CPU and memory.</summary>
    internal static IEnumerable<string> Names(NodeSmithPool pool) =>
        (pool.Spec.MachineTemplate.Shapes ?? [])
            .SelectMany(static shape => shape.Resources?.Keys.AsEnumerable() ?? [])
            .Concat(pool.Spec.MachineTemplate.Resources?.Keys.AsEnumerable() ?? []);

    /// <summary>The allocatable of a machine: its resources without the system's reserve.</summary>
    internal static Dictionary<string, decimal> Allocatable(NodeSmithPool pool, SizeKey size)
    {
        NodeSmithSystemReserved? reserved = ReservedOf(pool, size.Shape);
        Dictionary<string, decimal> amounts = Of(pool, size.Shape);
        // Kubelets do not offer the memory of hugepages as memory.
        decimal hugePages = amounts
            .Where(static one => one.Key.StartsWith(HugePages, StringComparison.Ordinal))
            .Sum(static one => one.Value);
        foreach ((string name, Quantity amount) in reserved?.Resources ?? [])
            if (amounts.TryGetValue(name, out decimal there))
                amounts[name] = Math.Max(0, there - amount.Value);
        amounts["cpu"] = Math.Max(0, size.CpuCores - ((reserved?.CpuMillicores ?? 100) / 1000m));
        amounts["memory"] = Math.Max(0, ((size.MemoryMiB - (reserved?.MemoryMiB ?? 256)) * 1048576m) - hugePages);
        amounts.TryAdd("pods", MaxPods);
        // A disk of unknown size: a pod does not wait for that.
        amounts.TryAdd(EphemeralStorage, UnknownDisk);
        return amounts;
    }

    internal static NodeSmithSystemReserved? ReservedOf(NodeSmithPool pool, string? shape) =>
        pool.Spec.MachineTemplate.FindShape(shape)?.SystemReserved ?? pool.Spec.MachineTemplate.SystemReserved;

    /// <summary>True for the placeholder of an unknown amount.</summary>
    internal static bool IsUnknown(string resource, decimal amount) => resource == EphemeralStorage && amount == UnknownDisk;

    /// <summary>True for an extended resource such as <c>nvidia.com/gpu</c>, which a device plugin reports.</summary>
    public static bool IsDevice(string resource) =>
        resource.IndexOf('/', StringComparison.Ordinal) is var slash
        && slash >= 0
        && !(
            resource.AsSpan(0, slash) is "kubernetes.io" || resource.AsSpan(0, slash).EndsWith(".kubernetes.io", StringComparison.Ordinal)
        );
}
