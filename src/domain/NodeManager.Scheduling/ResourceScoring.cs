namespace NodeManager.Scheduling;

/// <summary>The scoring strategy of NodeResourcesFit. Source: "Resource Bin Packing" of the Kubernetes documentation.</summary>
/// <param name="Type"><c>LeastAllocated</c>, <c>MostAllocated</c> or <c>RequestedToCapacityRatio</c>.</param>
/// <param name="Resources">The resources with their weights.</param>
/// <param name="Shape">For the last type: points of utilization in percent and score of 0 to 10, interpolated linearly.</param>
public sealed record ResourceScoring(
    string Type,
    IReadOnlyList<KeyValuePair<string, long>> Resources,
    IReadOnlyList<KeyValuePair<long, long>> Shape
)
{
    public const string LeastAllocated = nameof(LeastAllocated);
    public const string MostAllocated = nameof(MostAllocated);
    public const string RequestedToCapacityRatio = nameof(RequestedToCapacityRatio);

    /// <summary>cpu and memory with equal weights.</summary>
    public static IReadOnlyList<KeyValuePair<string, long>> CpuAndMemory { get; } = [new("cpu", 1), new("memory", 1)];

    /// <summary>The scheduler's default.</summary>
    public static ResourceScoring Least { get; } = new(LeastAllocated, CpuAndMemory, []);
}
