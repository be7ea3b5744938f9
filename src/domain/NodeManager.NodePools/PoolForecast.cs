namespace NodeManager.NodePools;

/// <summary>The effect of a change on a pool's nodes, when it is complete.</summary>
/// <param name="Nodes">The final number of nodes.</param>
/// <param name="Added">The number of added nodes.</param>
/// <param name="Removed">The names of removed nodes.</param>
public sealed record PoolForecast(int Nodes, int Added, IReadOnlyList<string> Removed, string Reason);
