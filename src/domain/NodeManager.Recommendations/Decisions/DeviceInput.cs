namespace NodeManager.Recommendations.Decisions;

/// <summary>The objects of dynamic resource allocation (DRA).</summary>
/// <param name="Claims">Of all namespaces.</param>
/// <param name="Templates">Of all namespaces.</param>
/// <param name="Slices">The devices of the nodes.</param>
public sealed record DeviceInput(
    IReadOnlyList<ResourceClaim> Claims,
    IReadOnlyList<ResourceClaimTemplate> Templates,
    IReadOnlyList<DeviceClass> Classes,
    IReadOnlyList<ResourceSlice> Slices
)
{
    /// <summary>Why the objects are not known, as the end of a sentence; empty: they are.</summary>
    public string Problem { get; init; } = "";

    public static DeviceInput Unknown(string problem) => new([], [], [], []) { Problem = problem };
}
