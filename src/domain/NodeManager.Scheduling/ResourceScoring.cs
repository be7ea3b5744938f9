namespace NodeManager.Scheduling;

/// <summary>How full a node is to be. Source: "Resource Bin Packing" of the Kubernetes documentation.</summary>
/// <param name="Type"><c>LeastAllocated</c>, <c>MostAllocated</c> or <c>RequestedToCapacityRatio</c>.</param>
/// <param name="Resources">The resources that count, with their weights.</param>
/// <param name="Shape">Of the last type: points of utilization in percent and score of 0 to 10, in between on a line.</param>
public sealed record ResourceScoring(
    string Type,
    IReadOnlyList<KeyValuePair<string, long>> Resources,
    IReadOnlyList<KeyValuePair<long, long>> Shape
)
{
    public const string LeastAllocated = nameof(LeastAllocated);
    public const string MostAllocated = nameof(MostAllocated);
    public const string RequestedToCapacityRatio = nameof(RequestedToCapacityRatio);

    /// <summary>cpu and memory alike.</summary>
    public static IReadOnlyList<KeyValuePair<string, long>> CpuAndMemory { get; } = [new("cpu", 1), new("memory", 1)];

    /// <summary>What a scheduler does by default.</summary>
    public static ResourceScoring Least { get; } = new(LeastAllocated, CpuAndMemory, []);
}
