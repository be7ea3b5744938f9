namespace NodeManager.NodePools;

/// <summary>The known behavior of a controller of node pools. Changes nothing.</summary>
public interface IPoolController
{
    /// <summary>The final number of nodes for this specification.</summary>
    int DesiredNodes(JsonObject spec);

    /// <summary>
    /// The <see cref="NodePoolEffect"/> of a changed field, a path such as <c>spec.platform.gcp.machineType</c>, that does not change the
    /// number of nodes.
    /// </summary>
    string EffectOf(string field);

    /// <summary>The reason of the effect; empty if it needs none.</summary>
    string ReasonOf(string field) => "";

    /// <summary>
    /// The nodes to be added and removed, from the current cluster; null if the specification alone decides, or if the required data cannot
    /// be read.
    /// </summary>
    /// <param name="before">Null for a new pool.</param>
    /// <param name="after">The new specification.</param>
    Task<PoolForecast?> ForecastAsync(PoolRecord? before, string name, JsonObject after, CancellationToken cancellationToken) =>
        Task.FromResult<PoolForecast?>(null);

    /// <summary>The nodes in their order of removal when the pool shrinks.</summary>
    IEnumerable<ClusterNode> RemovalOrder(IReadOnlyList<ClusterNode> nodes);

    /// <summary>True if nodes are drained before their removal, so that PDBs are respected.</summary>
    bool DrainsNodes { get; }
}
