using System.Text.Json.Nodes;

namespace NodeManager.NodePools;

/// <summary>How a controller of node pools behaves, where that is known. Touches nothing.</summary>
public interface IPoolController
{
    /// <summary>How many nodes a pool of this specification has when nothing is left to do.</summary>
    int DesiredNodes(JsonObject spec);

    /// <summary>A <see cref="NodePoolEffect"/> for a changed field, a path such as <c>spec.platform.gcp.machineType</c>, that says nothing of the number of nodes.</summary>
    string EffectOf(string field);

    /// <summary>Why a changed field has its effect; empty where that needs no words.</summary>
    string ReasonOf(string field) => "";

    /// <summary>
    /// How many nodes come and which go, from the cluster as it is now; null where the specification alone decides, or where what decides cannot
    /// be read.
    /// </summary>
    /// <param name="before">The pool; null for one that is to be created.</param>
    /// <param name="name">The pool's name.</param>
    /// <param name="after">The specification as it would be.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task<PoolForecast?> ForecastAsync(PoolRecord? before, string name, JsonObject after, CancellationToken cancellationToken) =>
        Task.FromResult<PoolForecast?>(null);

    /// <summary>The nodes in the order in which they are removed when the pool shrinks.</summary>
    IEnumerable<ClusterNode> RemovalOrder(IReadOnlyList<ClusterNode> nodes);

    /// <summary>True where a node is drained before it is removed, so that PDBs are respected.</summary>
    bool DrainsNodes { get; }
}
