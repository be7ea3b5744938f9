namespace NodeManager.NodePools;

/// <summary>What a change of a specification does to the number of a pool's nodes, when nothing is left to do.</summary>
/// <param name="Nodes">How many there are then.</param>
/// <param name="Added">How many come because of the change.</param>
/// <param name="Removed">The names of those that go because of the change.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record PoolForecast(int Nodes, int Added, IReadOnlyList<string> Removed, string Reason);
