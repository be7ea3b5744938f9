using System.Globalization;
using System.Text.Json;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Scheduling;

namespace NodeManager.Autoscaling.Planning.Demand;

/// <summary>Free room as placeholder pods: placed after all others, they only have requests.</summary>
internal static class FreeRoom
{
    /// <summary>The maximum for one buffer: a larger number is an error in its limits.</summary>
    public const int MaximumOfBuffer = 10_000;

    private const string Prefix = "headroom\0";

    /// <summary>True for a placeholder pod.</summary>
    public static bool IsFreeRoom(Pod pod) => pod.Metadata.Name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The owner of the room: a pool's headroom or a buffer.</summary>
    public static string Title(Pod pod) => pod.Metadata.Name[Prefix.Length..pod.Metadata.Name.LastIndexOf('\0')];

    /// <summary>Of a pool: pods of one core each, which only its own nodes may hold, whatever their taints.</summary>
    public static IEnumerable<Pod> Of(NodeSmithPool pool)
    {
        long cores = pool.Spec.Headroom?.CpuCores ?? 0,
            memory = pool.Spec.Headroom?.MemoryMiB ?? 0;
        if (cores <= 0 && memory <= 0)
            return [];
        long pieces = cores > 0 ? cores : (memory + 1023) / 1024;
        long each = (memory + pieces - 1) / pieces;
        string labelKey = pool.Spec.PoolLabelKey ?? NodeSmithNames.DefaultPoolLabelKey;
        return Enumerable
            .Range(1, (int)Math.Min(pieces, MaximumOfBuffer))
            .Select(number =>
                Make(
                    $"headroom of pool '{pool.Metadata.Name}'",
                    number,
                    pool.Metadata.Namespace ?? "",
                    new()
                    {
                        NodeSelector = new() { [labelKey] = pool.Metadata.Name },
                        Tolerations = [new() { Operator = "Exists" }],
                        Containers =
                        [
                            new()
                            {
                                Resources = new()
                                {
                                    Requests = new()
                                    {
                                        ["cpu"] = Quantity.Parse(cores > 0 ? "1" : "0"),
                                        ["memory"] = Quantity.Parse(string.Create(CultureInfo.InvariantCulture, $"{each}Mi")),
                                    },
                                },
                            },
                        ],
                    },
                    null
                )
            );
    }

    /// <summary>The owner of a buffer's pods, see <see cref="Title(Pod)"/>.</summary>
    public static string Title(CapacityBuffer buffer) => $"CapacityBuffer {buffer.Metadata.Namespace}/{buffer.Metadata.Name}";

    /// <summary>False if it belongs to another controller.</summary>
    public static bool IsServed(CapacityBuffer buffer) =>
        (buffer.Spec.ProvisioningStrategy ?? CapacityBufferSpec.ActiveCapacity) == CapacityBufferSpec.ActiveCapacity;

    /// <summary>The object that a buffer refers to; null if it does not exist.</summary>
    public static BufferTarget? Target(CapacityBuffer buffer, IReadOnlyList<BufferTarget> targets) =>
        targets.FirstOrDefault(one =>
            one.Namespace == buffer.Metadata.Namespace
            && (
                buffer.Spec.PodTemplateRef is { } template
                    ? one.Kind == "PodTemplate" && one.Name == template.Name
                    : buffer.Spec.ScalableRef is { ApiGroup: null or "" or "apps" } scalable
                        && one.Kind == scalable.Kind
                        && one.Kind != "PodTemplate"
                        && one.Name == scalable.Name
            )
        );

    /// <summary>Of a buffer; none if it belongs to another controller, or if its target does not exist.</summary>
    /// <param name="minor">The minor version of the API server.</param>
    public static IEnumerable<Pod> Of(CapacityBuffer buffer, IReadOnlyList<BufferTarget> targets, int minor)
    {
        if (!IsServed(buffer) || Target(buffer, targets) is not { } target)
            return [];
        string title = Title(buffer);
        Pod pod = new Pod { Metadata = target.Template.Metadata, Spec = target.Template.Spec }.AsCreated(minor);
        return Enumerable
            .Range(1, Count(buffer.Spec, target, pod.Spec))
            .Select(number => Make(title, number, buffer.Metadata.Namespace ?? "", pod.Spec, pod.Metadata.Labels));
    }

    private static int Count(CapacityBufferSpec spec, BufferTarget target, PodSpec pod)
    {
        int? wanted = spec.Replicas;
        if (spec.Percentage is { } percent && spec.ScalableRef is not null)
            wanted = Math.Max(wanted ?? 0, percent <= 0 ? 0 : (int)Math.Max(1, ((long)target.Replicas * percent + 99) / 100));
        if (spec.Limits is not { Count: > 0 } limits)
            return Math.Clamp(wanted ?? 0, 0, MaximumOfBuffer);
        IReadOnlyDictionary<string, decimal> requests = PodRequests.Of(pod);
        decimal room = wanted ?? MaximumOfBuffer;
        bool isBounded = wanted is not null;
        foreach ((string name, JsonElement limit) in limits)
        {
            if (
                requests.GetValueOrDefault(name) is not (> 0 and var request)
                || !Quantity.TryParse(limit.ToString(), out Quantity quantity)
            )
                continue;
            room = Math.Min(room, Math.Floor(quantity.Value / request));
            isBounded = true;
        }

        return isBounded ? (int)Math.Clamp(room, 0, MaximumOfBuffer) : 0;
    }

    private static Pod Make(string title, int number, string ns, PodSpec template, Dictionary<string, string>? labels) =>
        new()
        {
            Metadata = new()
            {
                Name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{title}\0{number}"),
                Namespace = ns,
                Labels = labels,
            },
            Spec = new()
            {
                Priority = int.MinValue,
                NodeSelector = template.NodeSelector,
                Affinity = template.Affinity,
                Tolerations = template.Tolerations,
                TopologySpreadConstraints = template.TopologySpreadConstraints,
                Containers = template.Containers,
                InitContainers = template.InitContainers,
                Overhead = template.Overhead,
                Resources = template.Resources,
            },
        };
}
